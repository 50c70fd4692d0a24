package invact.runtime.vector;

import invact.activation.Branch;
import invact.math.FloatFormat;
import invact.runtime.FloatDerivative;
import invact.runtime.ScalarActivation;

/** g(y, S) for every output of a 16-bit format, as the scalar backend has it: 512 KiB. */
final class BackwardTable {
  /** Added to a pattern of y where S is set. */
  static final int RIGHT = Patterns.COUNT;

  final float[] derivatives = new float[2 * Patterns.COUNT];

  BackwardTable(ScalarActivation scalar, FloatFormat format) {
    FloatDerivative left = scalar.derivative(Branch.LEFT, format);
    FloatDerivative right = scalar.derivative(Branch.RIGHT, format);
    for (int pattern = 0; pattern < Patterns.COUNT; pattern++) {
      float y = format.decode((short) pattern);
      derivatives[pattern] = left.value(y);
      derivatives[RIGHT + pattern] = right.value(y);
    }
  }
}
