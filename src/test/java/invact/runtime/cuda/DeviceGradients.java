package invact.runtime.cuda;

import static invact.runtime.cuda.FormatValues.requireSame;
import static invact.runtime.cuda.FormatValues.ulp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;

/** Gradients as the scalar implementation's: bit for bit, or by what exp and pow may differ. */
final class DeviceGradients {
  /** What CUDA's exp and pow, and approximate roots, change in g; {@link DeviceActivation}. */
  private static final double TRANSCENDENTAL = 1e-6;

  private static double largestChange;

  private DeviceGradients() {}

  /** The largest change in fp32 so far, by |dy|·(1 + |y|). */
  static synchronized double largestChange() {
    return largestChange;
  }

  static synchronized void require(
      DeviceCase c, float[] dy, float[] y, byte[] indicator, float[] found) {
    float[] expected = c.backward(Arrays.copyOf(dy, y.length), y, indicator);
    for (int i = 0; i < expected.length; i++) {
      String what = "dx for dy " + dy[i] + " y " + y[i];
      if (c.isExact() || !Float.isFinite(expected[i])) {
        requireSame(expected[i], found[i], what);
      } else {
        double scale = Math.abs((double) dy[i]) * (1 + Math.min(Math.abs(y[i]), 1e3));
        double rounding = c.format().isHalf() ? ulp(c.format(), expected[i]) : 0;
        if (!c.format().isHalf() && scale > 0) {
          largestChange = Math.max(largestChange, Math.abs(expected[i] - found[i]) / scale);
        }
        assertEquals(expected[i], found[i], TRANSCENDENTAL * scale + rounding, what);
      }
    }
  }
}
