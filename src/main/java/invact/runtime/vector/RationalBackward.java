package invact.runtime.vector;

import invact.runtime.FloatDerivative;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** g(y, S) where both branches are rationals in the root of type at most 7/7. */
final class RationalBackward implements BackwardKernel {
  private static final int NUMERATOR = 7;
  private static final int DENOMINATOR = 7;

  private final Lift lift;
  private final int[] centres;
  private final int[] numerators;
  private final int[] denominators;

  private RationalBackward(Lift lift, Quotient left, Quotient right) {
    this.lift = lift;
    centres = Horner.tables(new float[] {right.centre()}, new float[] {left.centre()});
    numerators = Horner.tables(right.numerator(), left.numerator());
    denominators = Horner.tables(right.denominator(), left.denominator());
  }

  /**
   * The kernel for two branches.
   *
   * @return null if it cannot do them bit for bit
   */
  static RationalBackward of(FloatDerivative left, FloatDerivative right) {
    Quotient leftQuotient = Quotient.of(left, NUMERATOR, DENOMINATOR);
    Quotient rightQuotient = Quotient.of(right, NUMERATOR, DENOMINATOR);
    if (leftQuotient == null || rightQuotient == null) {
      return null;
    }
    Lift lift = Lift.of(left, leftQuotient.cutoff(), right, rightQuotient.cutoff());
    return lift == null ? null : new RationalBackward(lift, leftQuotient, rightQuotient);
  }

  @Override
  public FloatVector derivative(FloatVector y, long bits) {
    VectorMask<Float> left = Indicator.left(Lanes.FLOATS, bits);
    FloatVector u = lift.of(y);
    IntVector branch = IntVector.zero(Lanes.INTS).blend(1, left.cast(Lanes.INTS));
    FloatVector t = u.lanewise(VectorOperators.SQRT).sub(Horner.select(centres, 0, branch));
    FloatVector above = Horner.degree7(t, numerators, branch);
    FloatVector q = above.div(Horner.degree7(t, denominators, branch));
    return lift.derivative(q, u, y, left);
  }
}
