package invact.form.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AwayFromZeroTest {
  private static final double SHARE = 0x1p-44;

  @Test
  void simpleZerosAreFound() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      double zero = random.nextDouble(-1, 1);
      // (t − zero)·(t² + a): no other zero.
      double a = random.nextDouble(0.01, 2);
      double[] c = {-zero * a, a, -zero, 1};
      assertEquals(zero, AwayFromZero.fails(c, -1, 1, SHARE).orElseThrow(), 1e-9);
      assertTrue(AwayFromZero.fails(c, -1, zero - 1e-9, SHARE).isEmpty());
      assertTrue(AwayFromZero.fails(c, zero + 1e-9, 1, SHARE).isEmpty());
    }
  }

  /** Two zeros so near to each other that no sign changes between points. */
  @Test
  void doubleZerosAreFound() {
    double zero = 0.37;
    double[] c = {zero * zero, -2 * zero, 1};
    OptionalDouble found = AwayFromZero.fails(c, 0, 1, SHARE);
    assertEquals(zero, found.orElseThrow(), 1e-6);
    c[0] += 1e-9;
    assertTrue(AwayFromZero.fails(c, 0, 1, SHARE).isEmpty());
    assertTrue(AwayFromZero.fails(c, 0, 1, 0x1p-23).isPresent(), "in fp32 it may be 0");
  }

  @Test
  void wideIntervalsAndEndsAreDecided() {
    double far = StrictMath.sqrt(Float.MAX_VALUE);
    assertTrue(AwayFromZero.fails(new double[] {1, 1, 0, 0, 1e-30}, -0.5, far, SHARE).isEmpty());
    assertTrue(AwayFromZero.fails(new double[] {1, -1e-9}, 0, far, SHARE).isPresent());
    assertTrue(AwayFromZero.fails(new double[] {1, -1}, 0, 1, SHARE).isPresent());
    assertTrue(AwayFromZero.fails(new double[] {1, Double.MAX_VALUE}, -1, far, SHARE).isPresent());
  }
}
