package invact.activation.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.numeric.Dtype;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundedHeightTest {
  private static final Dtype[] FORMATS = {Dtype.FP32, Dtype.BF16, Dtype.FP16};

  /** In the root; the second at least where the first cannot come in its way. */
  @Test
  void firstTwoClassesAreAtTheirMiddles() {
    for (Activation f : Activations.all()) {
      for (Dtype format : FORMATS) {
        RoundedHeight height = RoundedHeight.of(f, format);
        double m = format.round(f.minimum());
        double next = above(m, format);
        double border = 0.5 * (m + next) - f.minimum();
        double nextBorder = 0.5 * (next + above(next, format)) - f.minimum();
        double first = 0.5 * StrictMath.sqrt(border);
        double second = 0.5 * (StrictMath.sqrt(border) + StrictMath.sqrt(nextBorder));
        String what = f.name() + " " + format.label();
        // Three roundings to fp32, of the size of the height or less.
        assertEquals(first * first, height.of((float) m), 3e-7 * first * first, what);
        double reached = StrictMath.min(second * second, next - m + first * first);
        assertEquals(reached, height.of((float) next), 3e-7 * reached, what);
        assertEquals(first * first, height.of(-1f), 3e-7 * first * first, what);
      }
    }
  }

  /** Far from T the offset is less than the distance of two outputs next to T. */
  @Test
  void farFromTTheLiftIsThatOfTheOutput() {
    for (Activation f : Activations.all()) {
      for (Dtype format : FORMATS) {
        double m = format.round(f.minimum());
        double distance = above(m, format) - m;
        double y = format.round(2.0);
        // And two roundings of a number below 4 to fp32.
        double tolerance = distance + 0x1p-22;
        assertEquals(f.height(y), RoundedHeight.of(f, format).of((float) y), tolerance, f.name());
      }
    }
  }

  /** Against half the range of f′ over the fp32 inputs that share an output and a branch. */
  @Test
  void floorOfTheLargestErrorInSinglePrecision() {
    for (Activation f : Activations.all()) {
      Map<Float, double[]> ranges = new HashMap<>();
      for (float x = (float) (f.argmin() + 1e-7); x < f.argmin() + 0x1p-9; x = Math.nextUp(x)) {
        double derivative = f.derivative(x);
        double[] range =
            ranges.computeIfAbsent((float) f.value(x), _ -> new double[] {derivative, derivative});
        range[0] = Math.min(range[0], derivative);
        range[1] = Math.max(range[1], derivative);
      }
      double floor =
          ranges.values().stream().mapToDouble(r -> 0.5 * (r[1] - r[0])).max().orElseThrow();
      // The inputs nearest to T and to a border are an ulp of x off: 1e-7 of f′.
      assertEquals(floor, RoundedHeight.largestErrorFloor(f, Dtype.FP32), 3e-7, f.name());
    }
  }

  @Test
  void notANumberStaysSo() {
    assertTrue(Float.isNaN(RoundedHeight.of(Activations.GELU, Dtype.BF16).of(Float.NaN)));
    assertThrows(
        IllegalArgumentException.class, () -> RoundedHeight.of(Activations.GELU, Dtype.FP64));
  }

  private static double above(double y, Dtype format) {
    double above = Math.nextUp((float) y);
    for (float step = (float) (above - y); format.round(above) <= y; step *= 2) {
      above = y + step;
    }
    return format.round(above);
  }
}
