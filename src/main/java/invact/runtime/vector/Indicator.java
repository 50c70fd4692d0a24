package invact.runtime.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The bits S of a register, one or two bytes. */
final class Indicator {
  static final ValueLayout.OfShort TWO_BYTES =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Indicator() {}

  /** Where S is set. */
  static <E> VectorMask<E> right(VectorSpecies<E> lanes, MemorySegment bytes, long at) {
    return VectorMask.fromLong(lanes, load(bytes, at));
  }

  /** Where S is not set. */
  static <E> VectorMask<E> left(VectorSpecies<E> lanes, MemorySegment bytes, long at) {
    return VectorMask.fromLong(lanes, ~load(bytes, at));
  }

  static long load(MemorySegment bytes, long at) {
    return Lanes.COUNT == 16 ? bytes.get(TWO_BYTES, at) : bytes.get(JAVA_BYTE, at);
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
