package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Elements of 16 bits as they are, and as places in a table. */
final class Patterns {
  /** How many there are. */
  static final int COUNT = 1 << 16;

  /** As far apart, 128 bytes, are what two threads write, lest they wait for each other's lines. */
  static final int APART = 32;

  /**
   * Where a thread puts the places of one register: the Vector API gathers from places in memory
   * only. They do not get further than the first cache. They stand from {@link #APART} on.
   */
  static final ThreadLocal<int[]> PLACES =
      ThreadLocal.withInitial(() -> new int[2 * APART + Lanes.COUNT]);

  private Patterns() {}

  /** The patterns of a register, from an element on, 0 to 65535. */
  static IntVector load(MemorySegment elements, long first) {
    return (IntVector)
        ShortVector.fromMemorySegment(Lanes.SHORTS, elements, first << 1, Lanes.ORDER)
            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0);
  }

  /** Stores the lower halves of a register's lanes, from an element on. */
  static void store(IntVector patterns, MemorySegment elements, long first) {
    ((ShortVector) patterns.convertShape(VectorOperators.I2S, Lanes.SHORTS, 0))
        .intoMemorySegment(elements, first << 1, Lanes.ORDER);
  }
}
