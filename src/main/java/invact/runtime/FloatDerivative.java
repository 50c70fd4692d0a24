package invact.runtime;

import invact.activation.Branch;
import invact.activation.Target;
import invact.approx.FloatApproximant;
import invact.coefficient.BranchApproximant;

/**
 * g(y, S) on one branch in fp32.
 *
 * @param branch the branch
 * @param target what q approximates
 * @param minimum f(T), rounded
 * @param q the approximant
 */
public record FloatDerivative(Branch branch, Target target, float minimum, FloatApproximant q) {
  /**
   * g on one branch.
   *
   * @param approximant the approximant and what it stands for
   * @return the same in fp32
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static FloatDerivative of(BranchApproximant approximant) {
    FloatDerivative derivative =
        new FloatDerivative(
            approximant.branch(),
            approximant.target(),
            (float) approximant.activation().minimum(),
            FloatApproximant.of(approximant.approximant()));
    derivative.requireFinite(derivative.minimum);
    derivative.requireFinite(
        approximant.branch() == Branch.LEFT ? -Float.MIN_VALUE : Float.MAX_VALUE);
    return derivative;
  }

  /**
   * g(y).
   *
   * @param y an output; on the left y ≥ 0 counts as f(−∞), on either branch y &lt; f(T) as f(T)
   * @return the derivative; 0 for f(−∞), 1 for f(+∞) = +∞, NaN for NaN
   */
  public float value(float y) {
    if (branch == Branch.LEFT && y >= 0) {
      return 0.0f;
    }
    if (y == Float.POSITIVE_INFINITY) {
      return 1.0f;
    }
    float output = Math.max(y, minimum);
    float value = q.value(output - minimum);
    return switch (target) {
      case DERIVATIVE -> value;
      case SIGMOID -> Math.fma(output, 1.0f - value, value);
    };
  }

  /** The ends of a branch are where a pole or a growing exponential of a form shows. */
  private void requireFinite(float y) {
    if (!Float.isFinite(value(y))) {
      throw new IllegalArgumentException(
          "the "
              + branch.label()
              + " branch's derivative is "
              + value(y)
              + " at y = "
              + y
              + ": its coefficients are not fit for fp32");
    }
  }
}
