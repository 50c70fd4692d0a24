package invact.sampling.internal;

import invact.activation.Activation;
import invact.activation.Branch;

/**
 * Inputs at squared distances from T, x = T ± reach·(i/n)² for i = 0 … n: those at which a branch
 * is drawn, and the borders of the cells that stand for fp32's inputs.
 *
 * <p>Next to T, √u is proportional to |x − T|, u = f(x) − f(T). Squares crowd towards T: they leave
 * no gap near T whether a curve is drawn against x, √u or y, and resolve the many inputs there that
 * share an output.
 */
public final class BranchSampling {
  /** Intervals of a drawn branch. */
  public static final int INTERVALS = 300;

  private BranchSampling() {}

  /**
   * The inputs at which a branch is drawn.
   *
   * @param activation the activation
   * @param branch the branch
   * @param reach the distance from T of the last one
   * @return the inputs, T first
   */
  public static double[] inputs(Activation activation, Branch branch, double reach) {
    double[] x = new double[INTERVALS + 1];
    for (int i = 0; i <= INTERVALS; i++) {
      x[i] = activation.argmin() + branch.sign() * distance(reach, (double) i / INTERVALS);
    }
    return x;
  }

  /**
   * A distance from T.
   *
   * @param reach the largest distance
   * @param fraction from 0 to 1
   * @return reach·fraction²
   */
  static double distance(double reach, double fraction) {
    return reach * fraction * fraction;
  }

  /**
   * How far from T a branch is worth drawing.
   *
   * @param activation the activation
   * @param branch the branch
   * @param tolerance what f′ may be away from its limit, 0 or 1
   * @return the least multiple of ½ from which on f′ is within the tolerance of its limit
   */
  public static double reach(Activation activation, Branch branch, double tolerance) {
    double limit = branch == Branch.LEFT ? 0 : 1;
    // From the outside in: f′ passes through its limit once on its way.
    double reach = 64;
    while (reach > 0.5) {
      double x = activation.argmin() + branch.sign() * (reach - 0.5);
      if (StrictMath.abs(activation.derivative(x) - limit) > tolerance) {
        return reach;
      }
      reach -= 0.5;
    }
    return reach;
  }
}
