package invact.coefficients.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientException;
import invact.form.internal.Approximant;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.ErrorGrid;
import java.util.Objects;

/**
 * g(y, S) ≈ f′(f⁻¹(y)) on one branch, in fp64: an approximant and its target.
 *
 * @param activation the activation
 * @param branch the branch
 * @param target the function that is approximated
 * @param approximant q(u)
 */
public record BranchApproximant(
    Activation activation, Branch branch, Target target, Approximant approximant) {
  /**
   * The approximation of one branch.
   *
   * @throws CoefficientException if the activation does not have the target
   */
  public BranchApproximant {
    Objects.requireNonNull(branch, "branch");
    Objects.requireNonNull(approximant, "approximant");
    if (!activation.targets().contains(target)) {
      throw new CoefficientException(activation.name() + " has no target '" + target.label() + "'");
    }
  }

  /**
   * g(y, S) on this branch.
   *
   * @param y an output; y below f(T) counts as f(T), and y ≥ 0 on the left as f(−∞)
   * @return the approximate derivative; 0 for f(−∞), 1 for f(+∞) = +∞, NaN for NaN
   */
  public double derivative(double y) {
    if (branch == Branch.LEFT && y >= 0) {
      return 0.0;
    }
    if (y == Double.POSITIVE_INFINITY) {
      return 1.0;
    }
    double output = StrictMath.max(y, activation.minimum());
    return target.derivative(approximant.value(activation.lift(output)), output);
  }

  /**
   * The error of the derivative at one input, {@code derivative(f(x)) − f′(x)}.
   *
   * @param x an input on this branch; T is taken on both
   * @return approximate minus exact value
   */
  public double derivativeError(double x) {
    return derivative(activation.value(x)) - activation.derivative(x);
  }

  /**
   * The error of the derivative over {@link ErrorGrid}.
   *
   * @return its statistics
   */
  public ErrorStats measureDerivativeError() {
    ErrorStats.Accumulator errors = new ErrorStats.Accumulator();
    for (int i = 0; i < ErrorGrid.size(); i++) {
      double x = ErrorGrid.point(activation.argmin(), branch.sign(), i);
      errors.add(x, derivativeError(x));
    }
    return errors.stats();
  }
}
