package invact.runtime.internal.vector;

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
   * Elements of one call of a loop: many enough that its start costs little, few enough that the
   * calls soon make the loop a hot method. Until then a register takes microseconds.
   */
  static final int BLOCK = 1 << 10;

  /** Whether registers have mask registers beside them, and instructions that take a mask. */
  static final boolean MASKED = COUNT == 16;

  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Lanes() {}

  /** The loops move one byte of an indicator for a register, or two: 8 or 16 elements. */
  static Optional<String> obstacle() {
    return COUNT == 8 || COUNT == 16
        ? Optional.empty()
        : Optional.of("it takes registers of 256 or 512 bits, not " + FLOATS.vectorBitSize());
  }
}
