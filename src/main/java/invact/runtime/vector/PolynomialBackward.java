package invact.runtime.vector;

import invact.runtime.FloatDerivative;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** g(y, S) where both branches are polynomials in the root of degree at most twelve. */
final class PolynomialBackward implements BackwardKernel {
  private static final int DEGREE = 12;

  private final Lift lift;
  private final int[] centres;
  private final int[] coefficients;

  private PolynomialBackward(Lift lift, Quotient left, Quotient right) {
    this.lift = lift;
    centres = Horner.tables(new float[] {right.centre()}, new float[] {left.centre()});
    coefficients = Horner.tables(right.numerator(), left.numerator());
  }

  /**
   * The kernel for two branches.
   *
   * @return null if it cannot do them bit for bit
   */
  static PolynomialBackward of(FloatDerivative left, FloatDerivative right) {
    Quotient leftQuotient = Quotient.of(left, DEGREE, 0);
    Quotient rightQuotient = Quotient.of(right, DEGREE, 0);
    if (leftQuotient == null || rightQuotient == null) {
      return null;
    }
    Lift lift = Lift.of(left, leftQuotient.cutoff(), right, rightQuotient.cutoff());
    return lift == null ? null : new PolynomialBackward(lift, leftQuotient, rightQuotient);
  }

  @Override
  public FloatVector derivative(FloatVector y, long bits) {
    VectorMask<Float> left = Indicator.left(Lanes.FLOATS, bits);
    FloatVector u = lift.of(y);
    IntVector branch = IntVector.zero(Lanes.INTS).blend(1, left.cast(Lanes.INTS));
    FloatVector t = u.lanewise(VectorOperators.SQRT).sub(Horner.select(centres, 0, branch));
    FloatVector q = Horner.degree12(t, coefficients, branch);
    return lift.derivative(q, u, y, left);
  }
}
