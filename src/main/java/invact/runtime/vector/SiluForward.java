package invact.runtime.vector;

import invact.runtime.FloatActivation;
import invact.runtime.FloatExponential;
import invact.runtime.FloatSilu;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatSilu}, operation for operation. */
final class SiluForward implements ForwardKernel {
  /** The least fp32 number that is not below T. */
  private final float least;

  private final float s0 = FloatExponential.coefficient(0);
  private final float s1 = FloatExponential.coefficient(1);
  private final float s2 = FloatExponential.coefficient(2);
  private final float s3 = FloatExponential.coefficient(3);
  private final float s4 = FloatExponential.coefficient(4);

  SiluForward(float least) {
    this.least = least;
  }

  @Override
  public float least() {
    return least;
  }

  @Override
  public FloatVector value(FloatVector x) {
    FloatVector log2e = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LOG2_E);
    FloatVector high = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_LOW);
    FloatVector s0 = FloatVector.broadcast(Lanes.FLOATS, this.s0);
    FloatVector s1 = FloatVector.broadcast(Lanes.FLOATS, this.s1);
    FloatVector s2 = FloatVector.broadcast(Lanes.FLOATS, this.s2);
    FloatVector s3 = FloatVector.broadcast(Lanes.FLOATS, this.s3);
    FloatVector s4 = FloatVector.broadcast(Lanes.FLOATS, this.s4);
    FloatVector lowest = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.LOW);
    FloatVector most = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.HIGH);
    FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    FloatVector scaled = FloatVector.broadcast(Lanes.FLOATS, FloatActivation.UNSCALE);
    FloatVector plainRounder = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.PLAIN_ROUNDER);
    FloatVector scaledRounder = FloatVector.broadcast(Lanes.FLOATS, FloatSilu.SCALED_ROUNDER);
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    FloatVector input = x.blend(lowest, x.compare(VectorOperators.LT, lowest));
    FloatVector bounded = input.blend(most, input.compare(VectorOperators.GT, most));
    VectorMask<Float> negative = x.compare(VectorOperators.LT, zero);
    FloatVector unit = one.blend(scaled, negative);
    FloatVector rounder = plainRounder.blend(scaledRounder, negative);
    FloatVector z = bounded.fma(log2e, rounder);
    FloatVector k = z.sub(rounder);
    FloatVector r = k.fma(low, k.fma(high, bounded.neg()));
    FloatVector s = s4.fma(r, s3);
    s = s.fma(r, s2);
    s = s.fma(r, s1);
    s = s.fma(r, s0);
    FloatVector v = r.mul(r).fma(s, r);
    FloatVector power =
        z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    FloatVector sum = power.add(unit);
    FloatVector lost = unit.sub(sum.sub(power));
    return input.div(sum.add(power.fma(v, lost))).mul(unit);
  }
}
