package invact.runtime.internal.vector;

import java.lang.foreign.MemorySegment;

/**
 * Where the buffers of a pass lie: outside the heap, or in arrays of one kind, with the indicator
 * in bytes.
 *
 * <p>C2 compiles accesses to a segment to plain vector instructions, and keeps the segment's
 * address and bounds in registers, only where it knows the segment's class for certain. A profile
 * of the call does not suffice: another segment class anywhere in the process spoils it. Each loop
 * therefore first casts its segments to a class that is a constant, and {@link LoopCompiler} makes
 * one loop for each kind of storage.
 */
enum Storage {
  /** Outside the heap, mapped files included. */
  NATIVE,
  /** Parts of {@code float[]}. */
  FLOATS,
  /** Parts of {@code short[]}. */
  SHORTS;

  /** The class of segments outside the heap; mapped segments have a class below it. */
  static final Class<? extends MemorySegment> NATIVE_CLASS = MemorySegment.NULL.getClass();

  static final Class<? extends MemorySegment> FLOATS_CLASS =
      MemorySegment.ofArray(new float[0]).getClass();

  static final Class<? extends MemorySegment> SHORTS_CLASS =
      MemorySegment.ofArray(new short[0]).getClass();

  static final Class<? extends MemorySegment> BYTES_CLASS =
      MemorySegment.ofArray(new byte[0]).getClass();

  /**
   * Whether a segment of a stream's elements lies here; in an array of another width than the
   * elements' it does not, since C2 has no vector instructions for such accesses.
   */
  boolean holds(Stream.Kind kind, MemorySegment segment) {
    return switch (this) {
      case NATIVE -> NATIVE_CLASS.isInstance(segment);
      case FLOATS ->
          kind == Stream.Kind.BIT
              ? BYTES_CLASS.isInstance(segment)
              : kind == Stream.Kind.FLOAT && FLOATS_CLASS.isInstance(segment);
      case SHORTS ->
          kind == Stream.Kind.BIT
              ? BYTES_CLASS.isInstance(segment)
              : kind != Stream.Kind.FLOAT && SHORTS_CLASS.isInstance(segment);
    };
  }

  /** The name of the constant above that is the class of a stream's segments here. */
  String constant(Stream.Kind kind) {
    if (this == NATIVE) {
      return "NATIVE_CLASS";
    }
    return switch (kind) {
      case BIT -> "BYTES_CLASS";
      case FLOAT -> "FLOATS_CLASS";
      case SIGNED_16, UNSIGNED_16 -> "SHORTS_CLASS";
    };
  }
}
