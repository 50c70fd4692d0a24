package invact.sampling.internal;

import invact.numeric.Dtype;

/** All finite numbers of a 16-bit dtype: few enough that every one is tried. */
public final class HalfPrecision {
  private HalfPrecision() {}

  /**
   * The bit patterns of all finite numbers, both zeros among them.
   *
   * @param dtype bf16 or fp16
   * @return the patterns, ascending as unsigned numbers: positive ones first
   */
  public static short[] finitePatterns(Dtype dtype) {
    int positive = largestPattern(dtype) + 1;
    short[] patterns = new short[2 * positive];
    for (int i = 0; i < positive; i++) {
      patterns[i] = (short) i;
      patterns[positive + i] = (short) (i | Short.MIN_VALUE);
    }
    return patterns;
  }

  /**
   * All finite numbers.
   *
   * @param dtype bf16 or fp16
   * @return the numbers in ascending order, 0 once
   */
  public static double[] finiteNumbers(Dtype dtype) {
    int largest = largestPattern(dtype);
    double[] numbers = new double[2 * largest + 1];
    for (int i = 1; i <= largest; i++) {
      numbers[largest + i] = dtype.decode((short) i);
      numbers[largest - i] = -numbers[largest + i];
    }
    return numbers;
  }

  private static int largestPattern(Dtype dtype) {
    return dtype.encode((float) dtype.maxValue());
  }
}
