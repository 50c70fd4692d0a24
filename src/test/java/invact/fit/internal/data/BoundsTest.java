package invact.fit.internal.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundsTest {
  private static final String INTERVALS =
      """
      -2, 3
      0, Infinity
      -Infinity, 5
      1e6, Infinity
      -Infinity, Infinity
      """;

  @ParameterizedTest
  @CsvSource(textBlock = INTERVALS)
  void aCoordinateLeadsBack(double lower, double upper) {
    Bounds bounds = new Bounds(lower, upper);
    for (double p : new double[] {-1.7, -1e-9, 0.3, 2.999, 4, 1e6 + 1, 1e9}) {
      if (bounds.contains(p)) {
        // Some ulps of the bound and of p.
        assertEquals(p, bounds.parameter(bounds.coordinate(p)), 1e-15 * (5 + Math.abs(p)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = INTERVALS)
  void noCoordinateLeavesTheBounds(double lower, double upper) {
    Bounds bounds = new Bounds(lower, upper);
    for (double s = -50; s <= 50; s += 0.37) {
      assertTrue(bounds.contains(bounds.parameter(s)), "s = " + s);
      // Differences of order two with h = 1e-4: h²/6 times at most 10, and ulp(1e6)/h = 1e-6.
      double h = 1e-4;
      double slope = (bounds.parameter(s + h) - bounds.parameter(s - h)) / (2 * h);
      assertEquals(slope, bounds.slope(s), 2e-6 + 1e-10 * Math.abs(s), "s = " + s);
    }
  }

  /** MINUIT's own formulas, with its coordinate q. */
  @Test
  void theFormulasAreMinuits() {
    double q = 0.4;
    assertEquals(
        -2 + 5 * (1 + Math.sin(q)) / 2, new Bounds(-2, 3).parameter(q / 2 + Math.PI / 4), 1e-15);
    assertEquals(
        7 - 1 + Math.sqrt(q * q + 1), new Bounds(7, Double.POSITIVE_INFINITY).parameter(q), 1e-15);
    assertEquals(
        7 + 1 - Math.sqrt(q * q + 1), new Bounds(Double.NEGATIVE_INFINITY, 7).parameter(q), 1e-15);
  }

  @Test
  void startsAtABoundMoveInside() {
    Bounds bounds = new Bounds(0, 10);
    assertEquals(0.01, bounds.inside(0), 1e-15);
    assertEquals(9.99, bounds.inside(10), 1e-15);
    assertEquals(4, bounds.inside(4));
    assertTrue(bounds.slope(bounds.coordinate(bounds.inside(0))) > 0);
  }

  @Test
  void boundsThatLeaveNothingAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Bounds(1, 1));
  }
}
