package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.requireSame;
import static invact.runtime.cuda.DtypeValues.ulp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.numeric.Dtype;
import java.util.Arrays;

/** Gradients as the scalar implementation's: bit for bit, or by what exp and pow may differ. */
public final class DeviceGradients {
  /**
   * What CUDA's exp and pow change in g: 1.7e-7 as printed, rounded up; {@link DeviceActivation}.
   */
  private static final double TRANSCENDENTAL = 2e-7;

  /**
   * What an approximate root (1 ulp of fp32) and quotient (3 ulp) may change in g, before rounding.
   */
  private static final double APPROXIMATE = 1e-6;

  private static double largestChange;

  private DeviceGradients() {}

  /** The largest change in fp32 so far, by |dy|·(1 + |y|). */
  public static synchronized double largestChange() {
    return largestChange;
  }

  public static synchronized void require(
      DeviceCase c, float[] dy, float[] y, byte[] indicator, float[] found) {
    float[] expected = c.backward(Arrays.copyOf(dy, y.length), y, indicator);
    for (int i = 0; i < expected.length; i++) {
      String what = "dx for dy " + dy[i] + " y " + y[i];
      if (c.isExact() || !Float.isFinite(expected[i])) {
        requireSame(expected[i], found[i], what);
      } else {
        double scale = Math.abs((double) dy[i]) * (1 + Math.min(Math.abs(y[i]), 1e3));
        double rounding = c.dtype().isHalf() ? ulp(c.dtype(), expected[i]) : 0;
        if (!c.dtype().isHalf() && scale > 0) {
          largestChange = Math.max(largestChange, Math.abs(expected[i] - found[i]) / scale);
        }
        double change = c.dtype() == Dtype.FP16 ? APPROXIMATE : TRANSCENDENTAL;
        assertEquals(expected[i], found[i], change * scale + rounding, what);
      }
    }
  }
}
