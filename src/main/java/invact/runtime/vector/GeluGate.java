package invact.runtime.vector;

import invact.runtime.FloatActivation;
import invact.runtime.FloatGate;
import invact.runtime.FloatGeluGate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatGeluGate}, operation for operation. */
final class GeluGate implements GatedKernel {
  private final float p0 = FloatGeluGate.coefficient(0);
  private final float p1 = FloatGeluGate.coefficient(1);
  private final float p2 = FloatGeluGate.coefficient(2);
  private final float p3 = FloatGeluGate.coefficient(3);
  private final float p4 = FloatGeluGate.coefficient(4);
  private final float p5 = FloatGeluGate.coefficient(5);
  private final float p6 = FloatGeluGate.coefficient(6);
  private final float p7 = FloatGeluGate.coefficient(7);
  private final float p8 = FloatGeluGate.coefficient(8);

  @Override
  public FloatVector value(FloatVector a) {
    FloatVector d = distance(a);
    FloatVector right = a.blend(-0.0f, a.compare(VectorOperators.LT, 0.0f));
    return d.neg().fma(tail(d).mul(power(d)), right);
  }

  @Override
  public FloatVector derivative(FloatVector a) {
    FloatVector d = distance(a);
    FloatVector density = FloatVector.broadcast(Lanes.FLOATS, -FloatGeluGate.DENSITY);
    FloatVector below = d.fma(density, tail(d)).mul(power(d));
    FloatVector above = FloatVector.broadcast(Lanes.FLOATS, 1.0f).sub(below);
    return above.blend(below, a.compare(VectorOperators.LT, 0.0f));
  }

  /** |a|, held to where fp32 tells f from its limits. */
  private static FloatVector distance(FloatVector a) {
    FloatVector size = a.abs();
    return size.blend(FloatGeluGate.LIMIT, size.compare(VectorOperators.GT, FloatGeluGate.LIMIT));
  }

  /** e. */
  private static FloatVector power(FloatVector d) {
    FloatVector rounder = FloatVector.broadcast(Lanes.FLOATS, FloatGate.ROUNDER);
    FloatVector log2e = FloatVector.broadcast(Lanes.FLOATS, FloatActivation.LOG2_E);
    FloatVector high = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_LOW);
    FloatVector half = d.mul(-0.5f);
    FloatVector exponent = d.mul(half);
    FloatVector rest = d.fma(half, exponent.neg());
    FloatVector z = exponent.fma(log2e, rounder);
    FloatVector k = z.sub(rounder);
    return Exponential.power(z, k.fma(low, k.fma(high, exponent)).add(rest));
  }

  /** R. */
  private FloatVector tail(FloatVector d) {
    FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    FloatVector t = one.div(d.fma(FloatVector.broadcast(Lanes.FLOATS, FloatGeluGate.PULL), one));
    FloatVector p = FloatVector.broadcast(Lanes.FLOATS, p8);
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p7));
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p6));
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p5));
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p4));
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p3));
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p2));
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p1));
    p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, p0));
    return t.mul(d.mul(t).fma(p, FloatVector.broadcast(Lanes.FLOATS, 0.5f)));
  }
}
