package invact.runtime.vector;

import invact.activation.RoundedLift;
import invact.activation.Target;
import invact.runtime.FloatDerivative;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * What comes before and after the approximants of a backward pass: from y to u, from q to g. {@link
 * Fusion} writes it into classes that read these fields themselves.
 */
final class Lift {
  final float minimum;
  final float offset;
  final float least;

  /** The right branch's cut-off; finite, so that an infinite lift is beyond it. */
  final float cutoff;

  final boolean sigmoid;

  private Lift(RoundedLift lift, float cutoff, boolean sigmoid) {
    minimum = lift.minimum();
    offset = lift.offset();
    least = lift.least();
    this.cutoff = Math.min(cutoff, Float.MAX_VALUE);
    this.sigmoid = sigmoid;
  }

  /**
   * The lift of two branches that have cut-offs.
   *
   * @return null if the branches have different targets, or a cut-off is at a lift that the left
   *     branch reaches
   */
  static Lift of(FloatDerivative left, float leftCutoff, FloatDerivative right, float rightCutoff) {
    float deepest = left.lift().of(0.0f);
    boolean able =
        left.target() == right.target() && leftCutoff >= deepest && rightCutoff >= deepest;
    return able ? new Lift(left.lift(), rightCutoff, left.target() == Target.SIGMOID) : null;
  }

  /** u. */
  FloatVector of(FloatVector y) {
    FloatVector u = y.sub(minimum).sub(offset);
    return u.blend(least, u.compare(VectorOperators.LT, least));
  }

  /** g from q(u). */
  FloatVector derivative(FloatVector q, FloatVector u, FloatVector y, VectorMask<Float> left) {
    FloatVector g = q;
    if (sigmoid) {
      FloatVector output = y.blend(minimum, y.compare(VectorOperators.LT, minimum));
      g = output.fma(FloatVector.broadcast(Lanes.FLOATS, 1.0f).sub(q), q);
    }
    g = g.blend(1.0f, u.compare(VectorOperators.GT, cutoff));
    return g.blend(0.0f, y.compare(VectorOperators.GE, 0.0f, left));
  }
}
