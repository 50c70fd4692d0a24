package invact.runtime.vector;

import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The shape of this machine's registers. */
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Elements in a register of fp32. */
  static final int COUNT = FLOATS.length();

  /** As many 16-bit lanes, in a register half as wide. */
  static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 2)));

  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** The indicator of 16 elements. */
  static final ValueLayout.OfShort TWO_BYTES =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Lanes() {}

  /** An indicator byte is the least that a register covers; two are the most it was written for. */
  static Optional<String> obstacle() {
    return COUNT == 8 || COUNT == 16
        ? Optional.empty()
        : Optional.of("it takes registers of 256 or 512 bits, not " + FLOATS.vectorBitSize());
  }

  /** Lane j shifted left by its number here has bit j on top. */
  static int[] topShifts() {
    int[] shifts = new int[COUNT];
    for (int j = 0; j < COUNT; j++) {
      shifts[j] = Integer.SIZE - 1 - j;
    }
    return shifts;
  }

  /** A table of eight in every eight lanes. */
  static int[] table(int[] eight) {
    int[] lanes = new int[COUNT];
    for (int j = 0; j < COUNT; j++) {
      lanes[j] = eight[j % 8];
    }
    return lanes;
  }

  /** The bit patterns of a table of eight. */
  static int[] table(float[] eight) {
    int[] bits = new int[eight.length];
    for (int j = 0; j < bits.length; j++) {
      bits[j] = Float.floatToRawIntBits(eight[j]);
    }
    return table(bits);
  }

  /**
   * The array that a segment is a part of, if it is one of floats whose elements are the segment's.
   * C2 makes vector instructions of the accesses to a segment on the heap only where it sees the
   * array's type.
   *
   * @return null if there is none
   */
  static float[] floats(MemorySegment segment) {
    return !segment.isNative()
            && segment.address() % Float.BYTES == 0
            && segment.heapBase().orElse(null) instanceof float[] array
        ? array
        : null;
  }

  /** Likewise of 16-bit patterns. */
  static short[] shorts(MemorySegment segment) {
    return !segment.isNative()
            && segment.address() % Short.BYTES == 0
            && segment.heapBase().orElse(null) instanceof short[] array
        ? array
        : null;
  }

  /** The element of its array with which a segment starts; without a meaning for native ones. */
  static int start(FloatFormat format, MemorySegment segment) {
    return (int) (segment.address() / format.bytes());
  }
}
