package invact.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

/** Numbers of a dtype to give to kernels, and what they are compared by. */
public final class DtypeValues {
  public static final List<Dtype> DTYPES = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  /**
   * About a group of eight elements, a block of threads, and what a table's blocks take at once.
   */
  public static final int[] LENGTHS = {0, 1, 2, 7, 8, 9, 15, 16, 17, 255, 2047, 2048, 2049, 5003};

  public static final int LONGEST = LENGTHS[LENGTHS.length - 1];

  private DtypeValues() {}

  /** Normal numbers of spread 3, one in ten replaced by one of odd size. */
  public static float[] inputs(Dtype dtype, int length, long seed) {
    float max = (float) dtype.maxValue();
    float[] odd = {
      0f,
      -0f,
      max,
      -max,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      1e-4f,
      -1e-4f,
      -0.7517915f,
      -1.2784645f,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.NaN
    };
    Random random = new Random(seed);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      double value =
          random.nextInt(10) == 0 ? odd[random.nextInt(odd.length)] : 3 * random.nextGaussian();
      x[i] = (float) dtype.round(value);
    }
    return x;
  }

  public static float[] finite(float[] values) {
    float[] finite = values.clone();
    for (int i = 0; i < finite.length; i++) {
      if (!Float.isFinite(finite[i])) {
        finite[i] = 1.5f;
      }
    }
    return finite;
  }

  /** All numbers of a 16-bit dtype, some of fp32. */
  public static float[] everyNumber(Dtype dtype, int step) {
    if (dtype.isHalf()) {
      float[] values = new float[1 << 16];
      for (int i = 0; i < values.length; i++) {
        values[i] = dtype.decode((short) i);
      }
      return values;
    }
    float[] values = new float[(int) ((1L << 32) / step)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat((int) ((long) step * i));
    }
    return values;
  }

  public static double ulp(Dtype dtype, double value) {
    int least = dtype == Dtype.FP16 ? -14 : Float.MIN_EXPONENT;
    int exponent = Math.max(Math.getExponent(value), least);
    return Math.scalb(1.0, exponent - (dtype.precision() - 1));
  }

  public static MemorySegment segment(Dtype dtype, float[] values) {
    MemorySegment segment =
        MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, dtype.bytes())]);
    for (int i = 0; i < values.length; i++) {
      if (dtype == Dtype.FP32) {
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, values[i]);
      } else {
        segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, dtype.encode(values[i]));
      }
    }
    return segment;
  }

  public static float value(Dtype dtype, MemorySegment segment, long i) {
    return dtype == Dtype.FP32
        ? segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i)
        : dtype.decode(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i));
  }

  public static void requireSame(float[] expected, float[] found, String what) {
    for (int i = 0; i < found.length; i++) {
      requireSame(expected[i], found[i], what + " of element " + i);
    }
  }

  public static void requireSame(float expected, float found, String what) {
    assertEquals(
        Float.floatToIntBits(expected),
        Float.floatToIntBits(found),
        () -> what + " is " + found + ", not " + expected);
  }
}
