package invact.form.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The paper's forms by hand, and what approximants ask of coefficients. */
class ApproximantTest {
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
}
