package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.PublishedCoefficients;
import invact.form.internal.Approximant;
import invact.sampling.internal.BranchSampling;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FiguresTest {
  /** The absolute error that activations state for values below 1, near T. */
  private static final double VALUE_ERROR = 4 * 0x1p-53;

  static final CoefficientSet GELU = PublishedCoefficients.of(Activations.GELU).orElseThrow();
  static final CoefficientSet SILU = PublishedCoefficients.of(Activations.SILU).orElseThrow();

  /** The set under another name, each coefficient changed by one part in a thousand. */
  static CoefficientSet perturbed(CoefficientSet set, String name) {
    return new CoefficientSet(
        name, set.activation(), perturbed(set.left()), perturbed(set.right()));
  }

  private static BranchCoefficients perturbed(BranchCoefficients piece) {
    BranchApproximant old = piece.approximant();
    double[] c = Arrays.stream(old.approximant().coefficients()).map(v -> 1.001 * v).toArray();
    return BranchCoefficients.measured(
        new BranchApproximant(
            old.activation(),
            old.branch(),
            old.target(),
            new Approximant(old.approximant().form(), c)),
        piece.provenance());
  }

  static Stream<Arguments> branches() {
    return Stream.of(GELU, SILU)
        .flatMap(set -> Stream.of(Branch.values()).map(branch -> Arguments.of(set, branch)));
  }

  private static Curve curve(Panel panel, String label) {
    return panel.curves().stream()
        .filter(c -> c.label().startsWith(label))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCallMakesAllFiguresOfSomeSets() {
    List<Figure> figures = Figures.of(List.of(GELU, perturbed(GELU, "gelu-other"), SILU));
    assertEquals(
        List.of(
            "activation-branches",
            "gelu-published-left",
            "gelu-published-right",
            "gelu-other-left",
            "gelu-other-right",
            "silu-published-left",
            "silu-published-right",
            "gelu-errors",
            "silu-errors"),
        figures.stream().map(Figure::name).toList());
    assertEquals("silu-errors.svg", figures.getLast().fileName(ImageFormat.SVG));
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Figures.of(List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> ErrorsFigure.of("errors", Activations.GELU, List.of()));
    IllegalArgumentException twice =
        assertThrows(IllegalArgumentException.class, () -> Figures.of(List.of(GELU, GELU)));
    assertTrue(twice.getMessage().contains("gelu-published"), twice.getMessage());
    IllegalArgumentException foreign =
        assertThrows(
            IllegalArgumentException.class,
            () -> ErrorsFigure.of("errors", Activations.SILU, List.of(SILU, GELU)));
    assertTrue(foreign.getMessage().contains("gelu-published"), foreign.getMessage());
  }

  @Test
  void titlesFitTheirPanels() {
    Activation own = CustomActivation.of("own", "x*sigmoid(x)" + " + 0*x".repeat(20));
    for (List<Activation> activations :
        List.of(
            List.of(Activations.GELU),
            List.of(own),
            List.of(Activations.GELU_TANH, own),
            Activations.all())) {
      for (Panel panel : BranchesFigure.of(activations).panels()) {
        double width = Text.width(panel.title(), Panel.TITLE_SIZE);
        assertTrue(width < Figure.panelWidth(activations.size()), panel.title() + ": " + width);
      }
    }
    assertEquals(
        "GELU: f(x) = x·Φ(x),  T = −0.7518",
        BranchesFigure.of(Activations.paper()).panels().getFirst().title());
  }

  @Test
  void branchesAreMonotoneAndMeetAtT() {
    Figure figure = BranchesFigure.of(Activations.all());
    assertEquals(Activations.all().size(), figure.panels().size());
    for (int i = 0; i < figure.panels().size(); i++) {
      Activation f = Activations.all().get(i);
      for (String label : List.of("left", "right")) {
        Curve curve = curve(figure.panels().get(i), label);
        assertEquals(f.argmin(), curve.x()[0]);
        assertEquals(f.minimum(), curve.y()[0], VALUE_ERROR);
        for (int k = 1; k < curve.x().length; k++) {
          assertEquals(f.value(curve.x()[k]), curve.y()[k]);
          assertTrue(
              curve.y()[k] >= curve.y()[k - 1] - VALUE_ERROR,
              label + " branch falls at " + curve.x()[k]);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("branches")
  void theExactCurveIsTheTargetOfTheInverse(CoefficientSet set, Branch branch) {
    Activation f = set.activation();
    Target target = set.branch(branch).approximant().target();
    Curve exact = curve(ApproximationFigure.of(set, branch).panels().getFirst(), "exact");
    for (int i = 0; i < exact.x().length; i++) {
      double x = f.inverse(exact.x()[i], branch);
      // Next to T the inverse has half of a double's digits, √(2⁻⁵³/f″) ≈ 2e-8, and the target's
      // slope is below 1.
      assertEquals(target.value(f, x), exact.y()[i], 1e-7, "y = " + exact.x()[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("branches")
  void theErrorIsApproximantMinusExact(CoefficientSet set, Branch branch) {
    BranchApproximant piece = set.branch(branch).approximant();
    for (Panel panel : ApproximationFigure.of(set, branch).panels()) {
      Curve exact = curve(panel, "exact");
      Curve approximate = curve(panel, "approximant");
      Curve error = curve(panel, "error");
      assertEquals(Curve.Side.LEFT, exact.side());
      assertEquals(Curve.Side.LEFT, approximate.side());
      assertEquals(Curve.Side.RIGHT, error.side());
      double unit = unit(panel.right().title());
      double largest = 0;
      for (int i = 0; i < exact.x().length; i++) {
        double expected = approximate.y()[i] - exact.y()[i];
        // One rounding by the division, one by the multiplication here: 2 ulp.
        assertEquals(expected, error.y()[i] * unit, 2 * Math.ulp(expected));
        largest = Math.max(largest, Math.abs(error.y()[i]));
      }
      assertTrue(largest <= panel.right().high(), largest + " is above the axis");
      assertArrayEquals(exact.x(), approximate.x());
      assertArrayEquals(exact.x(), error.x());
    }
    Curve approximate =
        curve(ApproximationFigure.of(set, branch).panels().getFirst(), "approximant");
    for (int i = 0; i < approximate.x().length; i++) {
      assertEquals(
          piece.approximant().value(set.activation().height(approximate.x()[i])),
          approximate.y()[i]);
    }
  }

  private static double unit(String axisTitle) {
    assertTrue(axisTitle.startsWith("error / 10⁻"), axisTitle);
    return StrictMath.pow(10, -"⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(axisTitle.charAt(axisTitle.length() - 1)));
  }

  @ParameterizedTest
  @MethodSource("branches")
  void pointsAreDenseNearT(CoefficientSet set, Branch branch) {
    for (Panel panel : ApproximationFigure.of(set, branch).panels()) {
      boolean againstRoot = panel.title().equals("near T");
      double[] abscissas = curve(panel, "error").x();
      double[] roots =
          againstRoot
              ? abscissas
              : Arrays.stream(abscissas).map(y -> Math.sqrt(set.activation().height(y))).toArray();
      assertEquals(0, roots[0], Math.sqrt(VALUE_ERROR));
      // The root is at most 0.6 times the distance from T, whose first step is reach/300² with a
      // reach of at most 16: 1.1e-4.
      assertTrue(roots[1] < 1.5e-4, "first root " + roots[1]);
      for (int i = 1; i < roots.length && roots[i] < 0.1; i++) {
        // Up to a root of 0.1, or a distance of 0.3, steps of the distance are below
        // 2·√(0.3·16)/300 = 0.015; 0.01 of the root is 10 pixels where the panel shows 0.6.
        assertTrue(roots[i] - roots[i - 1] < 0.01, "gap at root " + roots[i]);
      }
    }
  }

  @Test
  void errorsArePositiveAndThoseOfTheSets() {
    for (CoefficientSet set : List.of(GELU, SILU)) {
      CoefficientSet other = perturbed(set, "other");
      Panel panel =
          ErrorsFigure.of("errors", set.activation(), List.of(set, other)).panels().getFirst();
      double t = set.activation().argmin();
      for (CoefficientSet drawn : List.of(set, other)) {
        Curve curve = curve(panel, drawn.name());
        int atT = 0;
        int zeros = 0;
        for (int i = 0; i < curve.x().length; i++) {
          double x = curve.x()[i];
          double y = curve.y()[i];
          if (Double.isNaN(y)) {
            assertEquals(t, x, "only between the branches a line is interrupted");
            continue;
          }
          assertTrue(y > 0, () -> "a logarithm of " + y);
          assertTrue(y <= panel.left().high(), () -> y + " is above the axis");
          atT += x == t ? 1 : 0;
          if (y < panel.left().low()) {
            zeros++;
          } else {
            boolean left = x < t || (x == t && Double.isNaN(curve.y()[i + 1]));
            BranchCoefficients piece = left ? drawn.left() : drawn.right();
            assertEquals(Math.abs(piece.approximant().derivativeError(x)), y);
          }
        }
        assertEquals(2, atT, "both branches are drawn to their limits at T");
        assertTrue(zeros > 0, "an error that changes sign has zeros");
      }
    }
  }

  @Test
  void reachIsWhereTheDerivativeHasComeToItsLimit() {
    for (Activation f : Activations.all()) {
      for (Branch branch : Branch.values()) {
        double reach = BranchSampling.reach(f, branch, 1e-3);
        double limit = branch == Branch.LEFT ? 0 : 1;
        double end = f.argmin() + branch.sign() * reach;
        double before = f.argmin() + branch.sign() * (reach - 0.5);
        assertTrue(Math.abs(f.derivative(end) - limit) <= 1e-3);
        assertTrue(Math.abs(f.derivative(before) - limit) > 1e-3);
      }
    }
  }
}
