package invact.runtime.vector;

import invact.runtime.FloatActivation;
import invact.runtime.FloatGate;
import invact.runtime.FloatSiluGate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatSiluGate}, operation for operation. */
final class SiluGate implements GatedKernel {
  @Override
  public FloatVector value(FloatVector a) {
    FloatVector x = raised(a);
    return x.mul(sigmoid(power(x)));
  }

  @Override
  public FloatVector derivative(FloatVector a) {
    FloatVector x = raised(a);
    FloatVector e = power(x);
    FloatVector sigmoid = sigmoid(e);
    FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    FloatVector slope = sigmoid.mul(held(x).fma(e.mul(sigmoid), one));
    return slope.blend(0.0f, a.compare(VectorOperators.LT, FloatSiluGate.LOW));
  }

  private static FloatVector raised(FloatVector a) {
    return a.blend(FloatSiluGate.LOW, a.compare(VectorOperators.LT, FloatSiluGate.LOW));
  }

  private static FloatVector held(FloatVector x) {
    return x.blend(FloatSiluGate.HIGH, x.compare(VectorOperators.GT, FloatSiluGate.HIGH));
  }

  /** E. */
  private static FloatVector power(FloatVector x) {
    FloatVector h = held(x);
    FloatVector rounder = FloatVector.broadcast(Lanes.FLOATS, FloatGate.ROUNDER);
    FloatVector log2e = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LOG2_E);
    FloatVector high = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(Lanes.FLOATS, -FloatActivation.LN2_LOW);
    FloatVector z = h.fma(log2e, rounder);
    FloatVector k = z.sub(rounder);
    return Exponential.power(z, k.fma(low, k.fma(high, h.neg())));
  }

  private static FloatVector sigmoid(FloatVector e) {
    FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1.0f);
    return one.div(one.add(e));
  }
}
