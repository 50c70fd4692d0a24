package invact.runtime.vector;

import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;
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

  /**
   * Elements of one call of a loop: few enough that the loop is soon compiled as a method by
   * itself, many enough that its start costs nothing.
   */
  static final int BLOCK = 1 << 13;

  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Lanes() {}

  /** An indicator byte is the least that a register covers; two are the most it was written for. */
  static Optional<String> obstacle() {
    return COUNT == 8 || COUNT == 16
        ? Optional.empty()
        : Optional.of("it takes registers of 256 or 512 bits, not " + FLOATS.vectorBitSize());
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
    return mayLieIn(segment, Float.BYTES)
            && segment.heapBase().orElse(null) instanceof float[] array
        ? array
        : null;
  }

  /** Likewise of 16-bit patterns. */
  static short[] shorts(MemorySegment segment) {
    return mayLieIn(segment, Short.BYTES)
            && segment.heapBase().orElse(null) instanceof short[] array
        ? array
        : null;
  }

  /** Likewise of bytes. */
  static byte[] bytes(MemorySegment segment) {
    return mayLieIn(segment, Byte.BYTES) && segment.heapBase().orElse(null) instanceof byte[] array
        ? array
        : null;
  }

  /**
   * Whether a segment may lie in an array of elements of a size, and show it. Asked before the
   * array, which comes in an object that the compiler does away with only then.
   */
  private static boolean mayLieIn(MemorySegment segment, int size) {
    return !segment.isNative()
        && !segment.isReadOnly()
        && segment.maxByteAlignment() == size
        && segment.address() % size == 0;
  }

  /** The element of its array with which a segment starts; without a meaning for native ones. */
  static int start(FloatFormat format, MemorySegment segment) {
    return (int) (segment.address() / format.bytes());
  }
}
