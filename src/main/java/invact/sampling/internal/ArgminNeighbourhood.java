package invact.sampling.internal;

import java.util.Arrays;

/**
 * The fp32 numbers within 2⁻¹⁰ of T, where y has lost most of its information on x and the largest
 * errors in fp32 lie. If T is nearer to 0 than 1/8, numbers are some 2⁻²⁷ apart and not all are
 * taken.
 */
public final class ArgminNeighbourhood {
  private static final double REACH = 0x1p-10;

  /** Half the spacing of fp32 numbers from 1/8 on. */
  private static final float STEP = 0x1p-27f;

  private ArgminNeighbourhood() {}

  /**
   * The numbers next to T.
   *
   * @param argmin T
   * @return the inputs, ascending
   */
  public static float[] inputs(double argmin) {
    float first = (float) (argmin - REACH);
    float last = (float) (argmin + REACH);
    float[] x = new float[(int) ((last - first) / STEP) + 2];
    int count = 0;
    for (float next = first;
        next <= last;
        next = StrictMath.max(next + STEP, StrictMath.nextUp(next))) {
      x[count++] = next;
    }
    return Arrays.copyOf(x, count);
  }
}
