package invact.runtime.vector;

import invact.math.FloatFormat;
import invact.runtime.FloatGate;
import invact.runtime.ScalarGatedUnit;

/** A gate's values for every input of a 16-bit format, as the scalar backend has them: 512 KiB. */
final class GatedTable {
  /** What b is multiplied by. */
  final float[] factors = new float[Patterns.COUNT];

  /** f′(a). */
  final float[] derivatives = new float[Patterns.COUNT];

  GatedTable(ScalarGatedUnit scalar, FloatFormat format) {
    FloatGate gate = FloatGate.of(scalar.activation());
    for (int pattern = 0; pattern < Patterns.COUNT; pattern++) {
      float a = format.decode((short) pattern);
      factors[pattern] = scalar.factor(format, a);
      derivatives[pattern] = gate.derivative(a);
    }
  }
}
