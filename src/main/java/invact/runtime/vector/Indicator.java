package invact.runtime.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The bits S of a register, one or two bytes. */
final class Indicator {
  static final ValueLayout.OfShort TWO_BYTES =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Indicator() {}

  /** The bits of a register, from a byte on. */
  static long load(MemorySegment bytes, long at) {
    return Lanes.COUNT == 16 ? bytes.get(TWO_BYTES, at) : bytes.get(JAVA_BYTE, at);
  }

  /** Where S is set. */
  static <E> VectorMask<E> right(VectorSpecies<E> lanes, long bits) {
    return VectorMask.fromLong(lanes, bits);
  }

  /** Where S is not set. */
  static <E> VectorMask<E> left(VectorSpecies<E> lanes, long bits) {
    return VectorMask.fromLong(lanes, ~bits);
  }

  /**
   * Negative where S is not set. Registers without mask registers beside them get this sooner than
   * a mask.
   */
  static IntVector leftSigns(long bits, int[] toSign) {
    return IntVector.broadcast(Lanes.INTS, (int) ~bits)
        .lanewise(VectorOperators.LSHL, IntVector.fromArray(Lanes.INTS, toSign, 0));
  }

  /** How far each lane's bit is from the sign. */
  static int[] toSign() {
    int[] shifts = new int[Lanes.COUNT];
    for (int j = 0; j < shifts.length; j++) {
      shifts[j] = Integer.SIZE - 1 - j;
    }
    return shifts;
  }

  static void store(VectorMask<?> right, MemorySegment bytes, long at) {
    long bits = right.toLong();
    if (Lanes.COUNT == 16) {
      bytes.set(TWO_BYTES, at, (short) bits);
    } else {
      bytes.set(JAVA_BYTE, at, (byte) bits);
    }
  }
}
