package invact.plot.internal;

import invact.activation.Activation;
import invact.activation.Branch;

/**
 * The inputs at which a branch is drawn: x = T ± reach·(i/n)² for i = 0 … n, T first.
 *
 * <p>Near T the root of the height u is proportional to |x − T|, and u to its square. Inputs at
 * squared distances are therefore dense near T against x, against √u and against y.
 */
final class BranchSampling {
  static final int INTERVALS = 300;

  private BranchSampling() {}

  static double[] inputs(Activation activation, Branch branch, double reach) {
    double[] x = new double[INTERVALS + 1];
    for (int i = 0; i <= INTERVALS; i++) {
      double fraction = (double) i / INTERVALS;
      x[i] = activation.argmin() + branch.sign() * reach * fraction * fraction;
    }
    return x;
  }

  /**
   * The distance from T up to which a branch is drawn.
   *
   * @param activation the activation
   * @param branch the branch
   * @param tolerance the distance of f′ from its limit, 0 or 1
   * @return the least multiple of ½ from which on f′ is within the tolerance of its limit
   */
  static double reach(Activation activation, Branch branch, double tolerance) {
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
