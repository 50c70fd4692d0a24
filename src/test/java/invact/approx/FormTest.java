package invact.approx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FormTest {
  private static final double DEPTH = 0.17;

  /** Each form with coefficients like those of a fit. */
  static Stream<Arguments> forms() {
    return Stream.of(
        Arguments.of(new PaperGeluLeft(DEPTH), new double[] {0.001, -0.3, 0.45, 0.85}),
        Arguments.of(new PaperSiluLeft(), new double[] {0.2, -0.5, 0.08, 0.36}),
        Arguments.of(new PaperRight(), new double[] {-1.4, 1.5, 0.05, 0.03, -2.1}));
  }

  /**
   * Against central differences of step h = 10⁻⁵·max(1, |c|): their error is h²/6 times a third
   * derivative, which is at most 10³ times the first or 1, plus 2⁻⁵²/h, together below 10⁻⁷.
   */
  @ParameterizedTest
  @MethodSource("forms")
  void gradientAgreesWithDifferences(Form form, double[] c) {
    double[] gradient = new double[c.length];
    for (double u = 1e-6; u < DEPTH; u *= 1.7) {
      form.gradient(u, c, gradient);
      for (int j = 0; j < c.length; j++) {
        double h = 1e-5 * StrictMath.max(1, StrictMath.abs(c[j]));
        double difference = (value(form, u, c, j, h) - value(form, u, c, j, -h)) / (2 * h);
        double tolerance = 1e-7 * StrictMath.max(1, StrictMath.abs(difference));
        assertEquals(difference, gradient[j], tolerance, form.name() + " c" + j + " at u = " + u);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void isLinearWhereItSaysSo(Form form, double[] c) {
    List<Integer> nonlinear =
        form.nonlinear().stream().map(Form.NonlinearCoefficient::index).toList();
    double[] gradient = new double[c.length];
    double[] moved = new double[c.length];
    for (int j = 0; j < c.length; j++) {
      double[] there = c.clone();
      there[j] += 1.5;
      boolean changes = false;
      for (double u : new double[] {0.01, 0.05, 0.1}) {
        form.gradient(u, c, gradient);
        form.gradient(u, there, moved);
        changes |= StrictMath.abs(gradient[j] - moved[j]) > 1e-12;
      }
      assertEquals(nonlinear.contains(j), changes, form.name() + " c" + j);
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void isDefinedAtBothEnds(Form form, double[] c) {
    double[] gradient = new double[c.length];
    for (double u : new double[] {0, DEPTH, StrictMath.nextUp(DEPTH)}) {
      assertTrue(Double.isFinite(form.value(u, c)), form.name() + " at " + u);
      form.gradient(u, c, gradient);
      for (double g : gradient) {
        assertTrue(Double.isFinite(g), form.name() + " gradient at " + u);
      }
    }
    assertTrue(Double.isNaN(form.value(Double.NaN, c)));
  }

  @Test
  void rightFormTendsToOneWithoutOverflow() {
    double[] c = {-1.4, 1.5, 0.05, 0.03, -2.1};
    for (double u : new double[] {1e3, 1e30, 1e200, Double.MAX_VALUE}) {
      assertEquals(1.0, new PaperRight().value(u, c), "u = " + u);
    }
  }

  /** Values worked out by hand from the formulas. */
  @Test
  void valuesByHand() {
    assertEquals(
        1 + 2 * 0.25 * 0.75, new PaperGeluLeft(4).value(1, new double[] {1, 2, 1, 1}), 1e-15);
    assertEquals(1 + 4 + 12 + 64, new PaperSiluLeft().value(4, new double[] {1, 2, 3, 4}), 0.0);
    assertEquals(
        1 + (1 + 4 + 12) * StrictMath.exp(-4),
        new PaperRight().value(4, new double[] {1, 2, 3, 0.5, 2}),
        1e-15);
  }

  @Test
  void approximantsWantTheRightNumberOfFiniteCoefficients() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> new Approximant(new PaperRight(), 1, 2, 3))
            .getMessage();
    assertTrue(message.contains("paper-right") && message.contains("5"), message);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new Approximant(new PaperSiluLeft(), 1, 2, Double.NaN, 3))
            .getMessage();
    assertTrue(message.contains("coefficient 2"), message);
  }

  @Test
  void approximantsKeepTheirCoefficientsToThemselves() {
    double[] c = {1, 2, 3, 4};
    Approximant approximant = new Approximant(new PaperSiluLeft(), c);
    c[0] = 9;
    approximant.coefficients()[1] = 9;
    assertEquals(new Approximant(new PaperSiluLeft(), 1, 2, 3, 4), approximant);
    assertFalse(approximant.equals(new Approximant(new PaperSiluLeft(), c)));
  }

  @Test
  void namesAreReadBack() {
    for (Form form : Forms.all(DEPTH)) {
      assertEquals(form, Forms.of(form.name(), DEPTH));
    }
    assertEquals(
        Map.of("paper-gelu-left", 4, "paper-silu-left", 4, "paper-right", 5),
        Map.of(
            PaperGeluLeft.NAME, new PaperGeluLeft(1).coefficientCount(),
            PaperSiluLeft.NAME, new PaperSiluLeft().coefficientCount(),
            PaperRight.NAME, new PaperRight().coefficientCount()));
    String message =
        assertThrows(IllegalArgumentException.class, () -> Forms.of("spline", DEPTH)).getMessage();
    assertTrue(message.contains("'spline'") && message.contains("paper-right"), message);
  }

  private static double value(Form form, double u, double[] c, int j, double h) {
    double[] moved = c.clone();
    moved[j] += h;
    return form.value(u, moved);
  }
}
