package invact.fit.internal.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.CoefficientWriter;
import invact.coefficients.internal.ShippedSets;
import invact.evaluate.internal.FloatErrors;
import invact.evaluate.internal.IrreducibleErrorComparison;
import invact.evaluate.internal.MeasuredInUse;
import invact.fit.FitException;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import invact.internal.program.Cost;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultSetsTest {
  private static final Path COEFFICIENTS =
      Path.of(System.getProperty("invact.basedir", "."), "coefficients");

  private static final List<CoefficientSet> SETS =
      MeasuredInUse.prepare(Activations.all())
          .measure(DefaultSets.fit(Activations.all(), set -> {}));

  static List<CoefficientSet> sets() {
    return SETS;
  }

  @ParameterizedTest
  @MethodSource("sets")
  void reproduceTheCommittedBytes(CoefficientSet set) throws Exception {
    Path file = COEFFICIENTS.resolve(set.name() + ".json");
    assertEquals(Files.readString(file), CoefficientWriter.toJson(set));
  }

  static List<CoefficientSet> singleSets() {
    return SETS.stream().filter(set -> format(set) == Dtype.FP32 && !isSegmented(set)).toList();
  }

  static List<CoefficientSet> halfSets() {
    return SETS.stream().filter(set -> format(set).isHalf()).toList();
  }

  static List<CoefficientSet> segmentedSets() {
    return SETS.stream().filter(DefaultSetsTest::isSegmented).toList();
  }

  private static boolean isSegmented(CoefficientSet set) {
    return set.left().approximant().approximant().form() instanceof SegmentedPolynomial;
  }

  /** The first set that is made for a dtype is the default; the others are for special machines. */
  @Test
  void setsAreFoundByWhatTheyAreMadeFor() {
    for (CoefficientSet set : SETS) {
      List<CoefficientSet> sameDtype = ShippedSets.madeFor(set.activation(), format(set));
      assertTrue(sameDtype.contains(set), set.name());
      assertEquals(isSegmented(set), !sameDtype.getFirst().equals(set), set.name());
    }
    CoefficientSet paper = ShippedSets.load("gelu-paper");
    assertEquals(Optional.empty(), paper.dtype());
  }

  /** Asked are 2e-5; at T a third of the largest error, but for the rounding of coefficients. */
  @ParameterizedTest
  @MethodSource("segmentedSets")
  void segmentedSetsStayBelowAHundredThousandth(CoefficientSet set) {
    for (Branch branch : Branch.values()) {
      BranchCoefficients piece = set.branch(branch);
      double max = piece.derivativeError().maxAbs();
      double single =
          new FloatErrors(set.activation(), branch).measure(piece.approximant()).maxAbs();
      double atMinimum = StrictMath.abs(piece.approximant().approximant().value(0));
      String found = set.name() + " " + branch + ": " + max + ", in fp32 " + single + ", at T ";
      assertTrue(max <= 1e-5 && single <= 1e-5 && atMinimum <= 3e-6, found + atMinimum);
    }
  }

  @Test
  void everyActivationHasItsSets() {
    List<String> expected = new ArrayList<>();
    for (Activation activation : Activations.all()) {
      for (String format : List.of("fp32", "bf16", "fp16")) {
        expected.add(activation.name() + "-" + format);
      }
      if (Activations.paper().contains(activation)) {
        expected.add(activation.name() + "-segmented");
      }
    }
    assertEquals(expected, SETS.stream().map(CoefficientSet::name).toList());
    assertEquals(expected.size(), DefaultSets.count(Activations.all()));
  }

  /**
   * On the whole line, which the grid covers to |x − T| = 1024, in double precision and in fp32; at
   * T too, where fp32 tells f′ to 3.9e-5 at best and a tenth of that is left for the approximant.
   * The search looked at other points: between them the error may be a little larger.
   */
  @ParameterizedTest
  @MethodSource("singleSets")
  void singlePrecisionSetsStayBelowTwoMillionths(CoefficientSet set) {
    for (Branch branch : Branch.values()) {
      BranchCoefficients piece = set.branch(branch);
      double max = piece.derivativeError().maxAbs();
      double single =
          new FloatErrors(set.activation(), branch).measure(piece.approximant()).maxAbs();
      String found = set.name() + " " + branch + ": " + max + ", in fp32 " + single;
      assertTrue(max <= 2e-6, found);
      assertTrue(single <= 2.05e-6, found);
      assertTrue(StrictMath.abs(piece.approximant().approximant().value(0)) <= 2e-6, found);
    }
  }

  /** For x ~ N(0, 1), as near to the least error that any decoder can have as asked, and nearer. */
  @ParameterizedTest
  @MethodSource("halfSets")
  void sixteenBitSetsAreNearTheFloor(CoefficientSet set) {
    IrreducibleErrorComparison floor =
        IrreducibleErrorComparison.of(set, format(set), new Density.Normal(1));
    String found = set.name() + ": RMS " + floor.ratio() + " floors, bias " + floor.bias();
    assertTrue(floor.ratio() <= 1.03, found);
    assertTrue(StrictMath.abs(floor.bias()) <= 1e-5, found);
  }

  /**
   * Densities that had no part in the choice of degrees; measured at most 1.031, 1.030, 1.083 and
   * 1.145, the last two by gelu-tanh-fp16, whose left tail fp16 tells to 1e-7.
   */
  @ParameterizedTest
  @MethodSource("halfSets")
  void otherDensitiesFindThemNearTheFloorToo(CoefficientSet set) {
    for (double sigma : new double[] {0.7, 1.5}) {
      assertRatio(set, new Density.Normal(sigma), 1.05);
    }
    assertRatio(set, new Density.Normal(3), 1.10);
    assertRatio(set, new Density.Uniform(-5, 5), 1.15);
  }

  private static void assertRatio(CoefficientSet set, Density density, double largest) {
    double ratio = IrreducibleErrorComparison.of(set, format(set), density).ratio();
    assertTrue(ratio <= largest, set.name() + ", " + density.description() + ": " + ratio);
  }

  /** Nothing between representable outputs either: a set may be used with a wider output. */
  @ParameterizedTest
  @MethodSource("sets")
  void noPoleHidesBetweenOutputs(CoefficientSet set) {
    for (Branch branch : Branch.values()) {
      double max = set.branch(branch).derivativeError().maxAbs();
      assertTrue(max <= 0.005, set.name() + " " + branch + ": " + max);
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void costAtMostSixtySlotsAndNoPower(CoefficientSet set) {
    Cost cost =
        Cost.backward(
            set.left().approximant().approximant().form().cost(),
            set.right().approximant().approximant().form().cost());
    assertTrue(cost.issueSlots() <= 60, set.name() + ": " + cost);
    assertEquals(0, cost.power());
    assertEquals(0, cost.exponential());
  }

  private static Dtype format(CoefficientSet set) {
    return set.dtype().orElseThrow();
  }

  /** Swish is SiLU in another scale: the same types. */
  @Test
  void aFunctionInAnotherScaleHasTheSameFit() {
    List<CoefficientSet> sets = DefaultSets.fit(List.of(Activations.swish(1.5)), set -> {});
    CoefficientSet silu = ShippedSets.load("silu-fp32");
    for (Branch branch : Branch.values()) {
      RootRational one =
          (RootRational) sets.getFirst().branch(branch).approximant().approximant().form();
      RootRational other = (RootRational) silu.branch(branch).approximant().approximant().form();
      assertEquals(other.numeratorDegree(), one.numeratorDegree());
      assertEquals(other.denominatorDegree(), one.denominatorDegree());
    }
  }

  /** Swish so steep that nothing of it is seen in steps that suit SiLU. */
  @ParameterizedTest
  @ValueSource(doubles = {8, 99, 100})
  void everyScaleHasItsDefaultSets(double slope) {
    for (CoefficientSet set : DefaultSets.fit(List.of(Activations.swish(slope)), set -> {})) {
      for (Branch branch : Branch.values()) {
        double max = set.branch(branch).derivativeError().maxAbs();
        assertTrue(max <= (format(set).isHalf() ? 0.005 : 2e-6), set.name() + ": " + max);
      }
    }
  }

  /** Hard swish has a step of ½ in f′. */
  @Test
  void whatCannotBeDecodedIsRefused() {
    Activation hardSwish = CustomActivation.of("hard-swish", "x*min(max(x + 3, 0), 6)/6");
    FitException e =
        assertThrows(FitException.class, () -> new RationalSearch(hardSwish, Branch.LEFT).fit());
    assertEquals(
        "no rational up to type 7/7 brings the left branch of hard-swish within 2.0E-6",
        e.getMessage());
  }
}
