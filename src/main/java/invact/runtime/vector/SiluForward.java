package invact.runtime.vector;

import invact.runtime.FloatExponential;
import invact.runtime.FloatSilu;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link FloatSilu}, operation for operation. Registers with an |x| beyond the segments take the
 * exponential as well; the others jump over it.
 */
final class SiluForward implements ForwardKernel {
  private final float least;
  private final float perUnit = FloatSilu.SEGMENTS.perUnit();
  private final int[] table = SegmentLanes.table(FloatSilu.SEGMENTS);

  SiluForward(float least) {
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
    VectorMask<Float> far = t.compare(VectorOperators.GE, FloatSilu.LIMIT);
    return far.anyTrue() ? y.blend(tail(x, t), far) : y;
  }

  /** f(x) for t = |x| beyond the segments. */
  static FloatVector tail(FloatVector x, FloatVector t) {
    FloatVector held = t.blend(FloatSilu.END, t.compare(VectorOperators.GT, FloatSilu.END));
    FloatVector exponent = held.neg();
    FloatVector z = ExponentialLanes.bits(exponent);
    FloatVector v = ExponentialLanes.excess(z, exponent, FloatVector.zero(Lanes.FLOATS));
    FloatVector scale = ExponentialLanes.scale(z);
    FloatVector significand = v.add(1.0f);
    FloatVector e = significand.mul(scale).mul(FloatExponential.UNSCALE);
    FloatVector less = e.neg().fma(e, e);
    FloatVector excess = less.neg().fma(significand, v);
    FloatVector product = exponent.fma(excess, exponent).mul(scale);
    return product.fma(
        FloatVector.broadcast(Lanes.FLOATS, FloatExponential.UNSCALE),
        x.blend(-0.0f, x.compare(VectorOperators.LT, 0.0f)));
  }
}
