package invact.runtime;

import invact.activation.Branch;
import invact.activation.RoundedLift;
import invact.activation.Target;
import invact.approx.FloatApproximant;
import invact.coefficient.BranchApproximant;
import invact.math.FloatFormat;

/**
 * g(y, S) on one branch in fp32, for outputs that were rounded to a format.
 *
 * @param branch the branch
 * @param target what q approximates
 * @param lift the lift of an output in the format
 * @param q the approximant
 */
public record FloatDerivative(Branch branch, Target target, RoundedLift lift, FloatApproximant q) {
  /**
   * g on one branch.
   *
   * @param approximant the approximant and what it stands for
   * @param format the format of the outputs: fp32, bf16 or fp16
   * @return the same in fp32
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static FloatDerivative of(BranchApproximant approximant, FloatFormat format) {
    return of(approximant, RoundedLift.of(approximant.activation(), format));
  }

  /**
   * g on one branch, decoded as a coefficient set says.
   *
   * @param approximant the approximant
   * @param lift the height that an output stands for
   * @return the same in fp32
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static FloatDerivative of(BranchApproximant approximant, RoundedLift lift) {
    FloatDerivative derivative =
        new FloatDerivative(
            approximant.branch(),
            approximant.target(),
            lift,
            FloatApproximant.of(approximant.approximant()));
    derivative.requireFinite(derivative.lift.minimum());
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
    float value = q.value(lift.of(y));
    return switch (target) {
      case DERIVATIVE -> value;
      case SIGMOID -> Math.fma(Math.max(y, lift.minimum()), 1.0f - value, value);
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
