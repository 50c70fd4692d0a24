package invact.runtime.vector;

import invact.runtime.FloatDerivative;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** g(y, S) where both branches are polynomials in the root of degree at most twelve. */
final class PolynomialBackward implements BackwardKernel {
  private static final int DEGREE = 12;

  private final Lift lift;

  /** The centres of the powers, left and right. */
  private final float[] leftCentre;

  private final float[] rightCentre;
  private final float[] leftCoefficients;
  private final float[] rightCoefficients;

  private PolynomialBackward(Lift lift, Quotient left, Quotient right) {
    this.lift = lift;
    leftCentre = new float[] {left.centre()};
    rightCentre = new float[] {right.centre()};
    leftCoefficients = Quotient.padded(left.numerator(), DEGREE);
    rightCoefficients = Quotient.padded(right.numerator(), DEGREE);
  }

  /**
   * The kernel for two branches.
   *
   * @return null if it cannot do them bit for bit
   */
  static PolynomialBackward of(FloatDerivative left, FloatDerivative right) {
    Quotient leftQuotient = Quotient.of(left);
    Quotient rightQuotient = Quotient.of(right);
    if (leftQuotient == null
        || rightQuotient == null
        || !leftQuotient.fits(DEGREE, 0)
        || !rightQuotient.fits(DEGREE, 0)) {
      return null;
    }
    Lift lift = Lift.of(left, leftQuotient.cutoff(), right, rightQuotient.cutoff());
    return lift == null ? null : new PolynomialBackward(lift, leftQuotient, rightQuotient);
  }

  @Override
  public FloatVector derivative(FloatVector y, VectorMask<Float> right) {
    FloatVector u = lift.of(y);
    FloatVector t =
        u.lanewise(VectorOperators.SQRT).sub(Horner.select(leftCentre, rightCentre, 0, right));
    FloatVector q = Horner.twelve(leftCoefficients, rightCoefficients, right, t);
    return lift.derivative(q, u, y, right);
  }
}
