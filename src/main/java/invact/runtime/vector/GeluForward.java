package invact.runtime.vector;

import invact.runtime.FloatExponential;
import invact.runtime.FloatGelu;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link FloatGelu}, operation for operation. Registers with an |x| beyond the segments take the
 * exponential as well; the others jump over it.
 */
final class GeluForward implements ForwardKernel {
  private final float least;
  private final float perUnit = FloatGelu.SEGMENTS.perUnit();
  private final int[] table = SegmentLanes.table(FloatGelu.SEGMENTS);

  GeluForward(float least) {
    this.least = least;
  }

  @Override
  public float least() {
    return least;
  }

  @Override
  public FloatVector value(FloatVector x) {
    FloatVector t = x.abs();
    FloatVector y = SegmentLanes.value(x, t, perUnit, table);
    VectorMask<Float> far = t.compare(VectorOperators.GE, FloatGelu.LIMIT);
    return far.anyTrue() ? y.blend(tail(x, t), far) : y;
  }

  /** f(x) for t = |x| beyond the segments. */
  static FloatVector tail(FloatVector x, FloatVector t) {
    FloatVector held = t.blend(FloatGelu.END, t.compare(VectorOperators.GT, FloatGelu.END));
    FloatVector half = held.mul(-0.5f);
    FloatVector exponent = held.mul(half);
    FloatVector rest = held.fma(half, exponent.neg());
    FloatVector z = ExponentialLanes.bits(exponent);
    FloatVector v = ExponentialLanes.excess(z, exponent, rest);
    FloatVector s = FloatVector.broadcast(Lanes.FLOATS, -0.5f).div(exponent);
    FloatVector q = FloatVector.broadcast(Lanes.FLOATS, FloatGelu.Q5);
    q = q.fma(s, FloatVector.broadcast(Lanes.FLOATS, FloatGelu.Q4));
    q = q.fma(s, FloatVector.broadcast(Lanes.FLOATS, FloatGelu.Q3));
    q = q.fma(s, FloatVector.broadcast(Lanes.FLOATS, FloatGelu.Q2));
    q = q.fma(s, FloatVector.broadcast(Lanes.FLOATS, FloatGelu.Q1));
    q = q.fma(s, FloatVector.broadcast(Lanes.FLOATS, FloatGelu.Q0));
    FloatVector product = q.fma(v, q).mul(ExponentialLanes.scale(z));
    return product.fma(
        FloatVector.broadcast(Lanes.FLOATS, FloatExponential.UNSCALE),
        x.blend(-0.0f, x.compare(VectorOperators.LT, 0.0f)));
  }
}
