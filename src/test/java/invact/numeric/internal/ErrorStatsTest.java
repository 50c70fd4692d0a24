package invact.numeric.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.activation.Branch;
import invact.sampling.internal.ErrorGrid;
import org.junit.jupiter.api.Test;

class ErrorStatsTest {
  @Test
  void statisticsByHand() {
    ErrorStats.Accumulator errors = new ErrorStats.Accumulator();
    errors.add(1, 3);
    errors.add(2, -4);
    errors.add(3, 4);
    errors.add(4, 1);
    ErrorStats stats = errors.stats();
    assertEquals(new ErrorStats(4, 42, StrictMath.sqrt(10.5), 1, 4, 2), stats);
    assertEquals(new ErrorSummary(StrictMath.sqrt(10.5), 1, 4, 2), stats.summary());
  }

  @Test
  void extremesCountForTheLargestAlone() {
    ErrorStats.Accumulator errors = new ErrorStats.Accumulator();
    errors.add(1, 3);
    errors.addExtreme(2, -5);
    assertEquals(new ErrorStats(1, 9, 3, 3, 5, 2), errors.stats());
  }

  @Test
  void aNanIsNeverLost() {
    ErrorStats.Accumulator errors = new ErrorStats.Accumulator();
    errors.add(1, 3);
    errors.add(2, Double.NaN);
    errors.add(3, 5);
    ErrorStats stats = errors.stats();
    assertTrue(Double.isNaN(stats.maxAbs()) && Double.isNaN(stats.rms()));
    assertEquals(2, stats.maxAbsAt());
  }

  @Test
  void nothingHasNoStatistics() {
    assertThrows(IllegalStateException.class, () -> new ErrorStats.Accumulator().stats());
  }

  @Test
  void gridReachesFromTheArgminToTheTails() {
    double t = Activations.GELU.argmin();
    double[] left = ErrorGrid.points(Activations.GELU, Branch.LEFT);
    double[] right = ErrorGrid.points(Activations.GELU, Branch.RIGHT);
    assertEquals(t, left[0]);
    assertEquals(t + 0x1p-10, right[1]);
    assertEquals(t - 16, left[16 * 1024]);
    // The tail's last point is 16·2⁶, but for the rounding of a power.
    assertEquals(t + 1024, right[ErrorGrid.size() - 1], 1e-10);
    for (int i = 1; i < ErrorGrid.size(); i++) {
      assertTrue(right[i] > right[i - 1]);
    }
  }
}
