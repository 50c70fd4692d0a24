package invact.runtime.vector;

import invact.runtime.FloatDerivative;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * g(y, S) where both branches are rationals in the root of type at most 24/7, or polynomials of
 * that degree.
 */
final class LongBackward implements BackwardKernel {
  private static final int NUMERATOR = 24;
  private static final int DENOMINATOR = 7;

  private final Lift lift;

  /** The centres of the powers, left and right. */
  private final float[] leftCentre;

  private final float[] rightCentre;
  private final float[] leftAbove;
  private final float[] leftBelow;
  private final float[] rightAbove;
  private final float[] rightBelow;

  private LongBackward(Lift lift, Quotient left, Quotient right) {
    this.lift = lift;
    leftCentre = new float[] {left.centre()};
    rightCentre = new float[] {right.centre()};
    leftAbove = Quotient.padded(left.numerator(), NUMERATOR);
    leftBelow = Quotient.padded(left.denominator(), DENOMINATOR);
    rightAbove = Quotient.padded(right.numerator(), NUMERATOR);
    rightBelow = Quotient.padded(right.denominator(), DENOMINATOR);
  }

  /**
   * The kernel for two branches.
   *
   * @return null if it cannot do them bit for bit
   */
  static LongBackward of(FloatDerivative left, FloatDerivative right) {
    Quotient leftQuotient = Quotient.of(left);
    Quotient rightQuotient = Quotient.of(right);
    if (leftQuotient == null
        || rightQuotient == null
        || !leftQuotient.fits(NUMERATOR, DENOMINATOR)
        || !rightQuotient.fits(NUMERATOR, DENOMINATOR)) {
      return null;
    }
    Lift lift = Lift.of(left, leftQuotient.cutoff(), right, rightQuotient.cutoff());
    return lift == null ? null : new LongBackward(lift, leftQuotient, rightQuotient);
  }

  @Override
  public FloatVector derivative(FloatVector y, VectorMask<Float> right) {
    FloatVector u = lift.of(y);
    FloatVector t =
        u.lanewise(VectorOperators.SQRT).sub(Horner.select(leftCentre, rightCentre, 0, right));
    FloatVector above = Horner.twentyFour(leftAbove, rightAbove, right, t);
    FloatVector q = above.div(Horner.seven(leftBelow, rightBelow, right, t));
    return lift.derivative(q, u, y, right);
  }
}
