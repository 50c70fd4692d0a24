package invact.evaluate.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.sampling.internal.ErrorGrid;

/**
 * By how much the derivatives g of two sets of one activation differ on a branch, in fp64 at the
 * exact outputs of {@link ErrorGrid}.
 *
 * @param branch the branch
 * @param largest the largest |g − g| of the two
 * @param x the first input, from T outwards, at which it occurs
 * @param first g of the first set there
 * @param second g of the second set there
 */
public record SetDifference(Branch branch, double largest, double x, double first, double second) {
  /**
   * Compares two sets on a branch.
   *
   * @param first a set
   * @param second a set of the same activation
   * @param branch the branch
   * @return the difference
   * @throws IllegalArgumentException if the activations differ
   */
  public static SetDifference of(CoefficientSet first, CoefficientSet second, Branch branch) {
    Activation f = first.activation();
    if (!f.equals(second.activation())) {
      throw new IllegalArgumentException(
          "%s is of %s, %s of %s: compare sets of one activation"
              .formatted(first.name(), f.name(), second.name(), second.activation().name()));
    }
    BranchApproximant one = first.branch(branch).approximant();
    BranchApproximant other = second.branch(branch).approximant();
    SetDifference found = new SetDifference(branch, -1, f.argmin(), 0, 0);
    for (double x : ErrorGrid.points(f, branch)) {
      double y = f.value(x);
      double g = one.derivative(y);
      double h = other.derivative(y);
      double difference = StrictMath.abs(g - h);
      if (difference > found.largest) {
        found = new SetDifference(branch, difference, x, g, h);
      }
    }
    return found;
  }
}
