package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Elements of a format, for the contracts of both {@link InvertedActivation} and gated units. */
final class FormatElements {
  private FormatElements() {}

  /** Bit for bit, but that all NaNs are one. */
  static void requireSame(float expected, float found, String what) {
    assertEquals(
        Float.floatToIntBits(expected),
        Float.floatToIntBits(found),
        () -> what + " is " + found + ", not " + expected);
  }

  static double ulp(Dtype format, double value) {
    int least = format == Dtype.FP16 ? -14 : Float.MIN_EXPONENT;
    int exponent = StrictMath.max(StrictMath.getExponent(value), least);
    return StrictMath.scalb(1.0, exponent - (format.precision() - 1));
  }

  /** Every number of a 16-bit format. */
  static float[] all(Dtype format) {
    float[] values = new float[1 << Short.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = format.decode((short) i);
    }
    return values;
  }

  /** Normal numbers of spread 3, one in ten replaced by one of odd size. */
  static float[] random(Dtype format, float[] odd, int length, long seed) {
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      double value =
          random.nextInt(10) == 0 ? odd[random.nextInt(odd.length)] : 3 * random.nextGaussian();
      x[i] = (float) format.round(value);
    }
    return x;
  }

  static MemorySegment segment(Dtype format, float... values) {
    MemorySegment segment = MemorySegment.ofArray(new byte[values.length * format.bytes()]);
    for (int i = 0; i < values.length; i++) {
      GuardedBuffer.set(format, segment, i, values[i]);
    }
    return segment;
  }

  static float[] values(Dtype format, MemorySegment segment) {
    float[] values = new float[(int) (segment.byteSize() / format.bytes())];
    for (int i = 0; i < values.length; i++) {
      values[i] = GuardedBuffer.get(format, segment, i);
    }
    return values;
  }
}
