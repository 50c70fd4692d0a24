package invact.sampling.internal;

/**
 * The inputs at which an approximant on one branch is measured in double precision: x = T ± t for t
 * = 0, 2⁻¹⁰, 2·2⁻¹⁰, …, 16, then t = 16·2^(k/4) for k = 1 … 24, so that the tails count. At t = 0
 * the left branch is measured too: at its limit.
 *
 * <p>In x both the exact derivative and the approximants are smooth on a branch, T included (a root
 * of the height above the minimum is proportional to t there), and their features are wider than
 * 0.1, so that the spacing misses less than 10⁻⁴ of the largest error.
 */
public final class ErrorGrid {
  private static final int STEPS_PER_UNIT = 1024;
  private static final int UNIFORM_REACH = 16;
  private static final int TAIL_STEPS = 24;

  private ErrorGrid() {}

  /**
   * The number of points on a branch.
   *
   * @return the count
   */
  public static int size() {
    return UNIFORM_REACH * STEPS_PER_UNIT + 1 + TAIL_STEPS;
  }

  /**
   * The points of both branches in fp32.
   *
   * @param argmin T
   * @return those of the left branch, then those of the right one, each from T outwards
   */
  public static float[] inSinglePrecision(double argmin) {
    float[] x = new float[2 * size()];
    for (int i = 0; i < size(); i++) {
      x[i] = (float) point(argmin, -1, i);
      x[size() + i] = (float) point(argmin, 1, i);
    }
    return x;
  }

  /**
   * One point.
   *
   * @param argmin T
   * @param sign −1 for the left branch, +1 for the right one
   * @param index from 0, at T, to {@link #size()} − 1, farthest out
   * @return x
   */
  public static double point(double argmin, int sign, int index) {
    int tail = index - UNIFORM_REACH * STEPS_PER_UNIT;
    double distance =
        tail <= 0
            ? (double) index / STEPS_PER_UNIT
            : UNIFORM_REACH * StrictMath.pow(2.0, 0.25 * tail);
    return argmin + sign * distance;
  }
}
