package invact.runtime.internal.vector;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How the bits S of a register lie in memory: one or two bytes. */
final class IndicatorBits {
  /** Of 8 lanes. */
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /** Of 16 lanes. */
  static final ValueLayout.OfShort TWO_BYTES =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How far each lane's bit is from the sign. */
  static final int[] TO_SIGN = new int[Lanes.COUNT];

  static {
    for (int j = 0; j < TO_SIGN.length; j++) {
      TO_SIGN[j] = Integer.SIZE - 1 - j;
    }
  }

  private IndicatorBits() {}
}
