package invact.runtime.vector;

import invact.runtime.FloatExponential;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link invact.runtime.FloatGate#power} on a register, operation for operation. */
final class Exponential {
  static final float S0 = FloatExponential.coefficient(0);
  static final float S1 = FloatExponential.coefficient(1);
  static final float S2 = FloatExponential.coefficient(2);
  static final float S3 = FloatExponential.coefficient(3);
  static final float S4 = FloatExponential.coefficient(4);

  private Exponential() {}

  static FloatVector power(FloatVector z, FloatVector r) {
    FloatVector s = FloatVector.broadcast(Lanes.FLOATS, S4);
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, S3));
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, S2));
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, S1));
    s = s.fma(r, FloatVector.broadcast(Lanes.FLOATS, S0));
    FloatVector v = r.mul(r).fma(s, r);
    FloatVector scale =
        z.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    return scale.fma(v, scale);
  }
}
