package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Elements of a dtype, for the contracts of both {@link InvertedActivation} and gated units. */
final class DtypeElements {
  private DtypeElements() {}

  /** Bit for bit, but that all NaNs are one. */
  static void requireSame(float expected, float found, String what) {
    assertEquals(
        Float.floatToIntBits(expected),
        Float.floatToIntBits(found),
        () -> what + " is " + found + ", not " + expected);
  }

  static double ulp(Dtype dtype, double value) {
    int least = dtype == Dtype.FP16 ? -14 : Float.MIN_EXPONENT;
    int exponent = StrictMath.max(StrictMath.getExponent(value), least);
    return StrictMath.scalb(1.0, exponent - (dtype.precision() - 1));
  }

  /** Every number of a 16-bit dtype. */
  static float[] all(Dtype dtype) {
    float[] values = new float[1 << Short.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = dtype.decode((short) i);
    }
    return values;
  }

  /** Normal numbers of spread 3, one in ten replaced by one of odd size. */
  static float[] random(Dtype dtype, float[] odd, int length, long seed) {
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      double value =
          random.nextInt(10) == 0 ? odd[random.nextInt(odd.length)] : 3 * random.nextGaussian();
      x[i] = (float) dtype.round(value);
    }
    return x;
  }

  static MemorySegment segment(Dtype dtype, float... values) {
    MemorySegment segment = MemorySegment.ofArray(new byte[values.length * dtype.bytes()]);
    for (int i = 0; i < values.length; i++) {
      GuardedBuffer.set(dtype, segment, i, values[i]);
    }
    return segment;
  }

  static float[] values(Dtype dtype, MemorySegment segment) {
    float[] values = new float[(int) (segment.byteSize() / dtype.bytes())];
    for (int i = 0; i < values.length; i++) {
      values[i] = GuardedBuffer.get(dtype, segment, i);
    }
    return values;
  }
}
