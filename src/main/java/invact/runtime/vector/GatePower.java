package invact.runtime.vector;

import invact.runtime.FloatGate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link FloatGate#power} on a register, operation for operation. */
final class GatePower {
  private GatePower() {}

  static FloatVector of(FloatVector exponent, FloatVector rest) {
    FloatVector z = ExponentialLanes.bits(exponent);
    FloatVector v = ExponentialLanes.excess(z, exponent, rest);
    FloatVector scale =
        z.reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 23)
            .sub(FloatGate.UNSCALE)
            .reinterpretAsFloats();
    return scale.fma(v, scale);
  }
}
