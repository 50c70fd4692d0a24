package invact.runtime.vector;

import invact.math.FloatFormat;
import invact.runtime.ScalarActivation;

/** The forward pass of every number of a 16-bit format, as the scalar backend has it: 256 KiB. */
final class ForwardTable {
  /** y's pattern for each pattern of x, and the sign of the lane for S. */
  final int[] answers = new int[Patterns.COUNT];

  ForwardTable(ScalarActivation scalar, FloatFormat format) {
    short[] x = new short[Patterns.COUNT];
    for (int pattern = 0; pattern < x.length; pattern++) {
      x[pattern] = (short) pattern;
    }
    short[] y = new short[Patterns.COUNT];
    byte[] indicator = new byte[Patterns.COUNT / Byte.SIZE];
    scalar.forward(format, x, y, indicator);
    for (int pattern = 0; pattern < x.length; pattern++) {
      int right = indicator[pattern / Byte.SIZE] >> pattern % Byte.SIZE & 1;
      answers[pattern] = right << 31 | Short.toUnsignedInt(y[pattern]);
    }
  }
}
