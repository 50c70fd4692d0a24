package invact.coefficients.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientException;
import invact.form.internal.Approximant;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import invact.numeric.internal.PerDtype;
import invact.sampling.internal.ErrorGrid;
import java.util.Objects;
import java.util.OptionalDouble;

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
    return target.derivative(approximant.value(activation.height(output)), output);
  }

  /**
   * Where q has a pole, or a denominator that fp32 arithmetic may take to 0, for any output of the
   * branch, exact or rounded to any dtype.
   *
   * @return the height of such an output; nothing if there is none
   */
  public OptionalDouble pole() {
    double largest = Double.MAX_VALUE;
    if (branch == Branch.LEFT) {
      // The height of y = 0.
      largest = -activation.minimum();
      for (Dtype dtype : PerDtype.DTYPES) {
        largest = StrictMath.max(largest, RoundedHeight.of(activation, dtype).of(0.0f));
      }
    }
    return approximant.pole(largest);
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
    for (double x : ErrorGrid.points(activation, branch)) {
      errors.add(x, derivativeError(x));
    }
    return errors.stats();
  }
}
