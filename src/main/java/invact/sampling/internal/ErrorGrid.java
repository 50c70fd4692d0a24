package invact.sampling.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.internal.Scale;

/**
 * The inputs at which an approximant on one branch is measured in double precision: x = T ± s·t
 * with the activation's scale s, for t = 0, 2⁻¹⁰, 2·2⁻¹⁰, …, 16, then t = 16·2^(k/4) for k = 1 …
 * 24, so that the tails count. At t = 0 the left branch is measured too: at its limit.
 *
 * <p>In x both the exact derivative and the approximants are smooth on a branch, T included (a root
 * of the height above the minimum is proportional to t there), and their features are wider than
 * 0.1·s, so that the spacing misses less than 10⁻⁴ of the largest error.
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
   * @param activation the activation
   * @return those of the left branch, then those of the right one, each from T outwards
   */
  public static float[] inSinglePrecision(Activation activation) {
    double[] left = points(activation, Branch.LEFT);
    double[] right = points(activation, Branch.RIGHT);
    float[] x = new float[left.length + right.length];
    for (int i = 0; i < left.length; i++) {
      x[i] = (float) left[i];
      x[left.length + i] = (float) right[i];
    }
    return x;
  }

  /**
   * The points.
   *
   * @param activation the activation
   * @param branch the branch
   * @return the inputs x, from T to the farthest out
   */
  public static double[] points(Activation activation, Branch branch) {
    double unit = branch.sign() * Scale.of(activation);
    double[] points = new double[size()];
    for (int i = 0; i < points.length; i++) {
      int tail = i - UNIFORM_REACH * STEPS_PER_UNIT;
      double distance =
          tail <= 0
              ? (double) i / STEPS_PER_UNIT
              : UNIFORM_REACH * StrictMath.pow(2.0, 0.25 * tail);
      points[i] = activation.argmin() + unit * distance;
    }
    return points;
  }
}
