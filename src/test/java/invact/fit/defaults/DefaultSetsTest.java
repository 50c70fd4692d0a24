package invact.fit.defaults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.activation.Branch;
import invact.approx.Cost;
import invact.coefficient.CoefficientSet;
import invact.coefficient.CoefficientWriter;
import invact.evaluate.FloorComparison;
import invact.math.FloatFormat;
import invact.samples.Density;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DefaultSetsTest {
  private static final Path COEFFICIENTS =
      Path.of(System.getProperty("invact.basedir", "."), "coefficients");

  private static final List<CoefficientSet> SETS = DefaultSets.fit(Activations.all(), () -> {});

  static List<CoefficientSet> sets() {
    return SETS;
  }

  @ParameterizedTest
  @MethodSource("sets")
  void reproduceTheCommittedBytes(CoefficientSet set) throws Exception {
    Path file = COEFFICIENTS.resolve(set.name() + ".json");
    assertEquals(Files.readString(file), CoefficientWriter.toJson(set));
  }

  /** On the exact function, on the whole line: the grid reaches to |x − T| = 1024. */
  @Test
  void singlePrecisionSetsStayBelowTenToTheMinusFive() {
    for (CoefficientSet set : SETS) {
      if (format(set) == FloatFormat.FP32) {
        for (Branch branch : Branch.values()) {
          double max = set.piece(branch).derivativeError().maxAbs();
          assertTrue(max <= 1e-5, set.name() + " " + branch + ": " + max);
        }
      }
    }
  }

  /**
   * For x ~ N(0, 1): as near to the least error that any decoder can have as asked. fp16's SiLU
   * would need more terms next to T, where the conditional mean is a staircase.
   */
  @Test
  void sixteenBitSetsAreNearTheFloor() {
    for (CoefficientSet set : SETS) {
      FloatFormat format = format(set);
      if (format.isHalf()) {
        FloorComparison floor = FloorComparison.of(set, format, new Density.Normal(1));
        String found = set.name() + ": RMS " + floor.ratio() + " floors, bias " + floor.bias();
        assertTrue(floor.ratio() <= (set.name().equals("silu-fp16") ? 1.10 : 1.05), found);
        assertTrue(StrictMath.abs(floor.bias()) <= 1e-5, found);
      }
    }
  }

  /** Nothing between representable outputs either: a set may be used with a wider output. */
  @ParameterizedTest
  @MethodSource("sets")
  void noPoleHidesBetweenOutputs(CoefficientSet set) {
    for (Branch branch : Branch.values()) {
      double max = set.piece(branch).derivativeError().maxAbs();
      assertTrue(max <= 0.025, set.name() + " " + branch + ": " + max);
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void costAtMostSixtySlotsAndNoPower(CoefficientSet set) {
    Cost cost =
        Cost.backward(
            set.left().approximant().approximant().form(),
            set.right().approximant().approximant().form());
    assertTrue(cost.slots() <= 60, set.name() + ": " + cost);
    assertEquals(0, cost.power());
    assertEquals(0, cost.exponential());
  }

  private static FloatFormat format(CoefficientSet set) {
    return FloatFormat.of(set.name().substring(set.name().indexOf('-') + 1));
  }
}
