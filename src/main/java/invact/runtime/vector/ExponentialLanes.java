package invact.runtime.vector;

import invact.runtime.FloatExponential;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatExponential}, operation for operation. */
final class ExponentialLanes {
  private ExponentialLanes() {}

  static FloatVector bits(FloatVector exponent) {
    return exponent.fma(
        FloatVector.broadcast(Lanes.FLOATS, FloatExponential.LOG2_E),
        FloatVector.broadcast(Lanes.FLOATS, FloatExponential.ROUNDER));
  }

  static FloatVector excess(FloatVector z, FloatVector exponent, FloatVector rest) {
    FloatVector k = z.sub(FloatExponential.ROUNDER);
    FloatVector high = FloatVector.broadcast(Lanes.FLOATS, -FloatExponential.LN2_HIGH);
    FloatVector low = FloatVector.broadcast(Lanes.FLOATS, -FloatExponential.LN2_LOW);
    FloatVector r = k.fma(high, exponent).add(k.fma(low, rest));
    FloatVector s = FloatVector.broadcast(Lanes.FLOATS, FloatExponential.S4);
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, FloatExponential.S3));
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, FloatExponential.S2));
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, FloatExponential.S1));
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, FloatExponential.S0));
    return r.mul(r).fma(s, r);
  }

  static FloatVector scale(FloatVector z) {
    return z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }
}
