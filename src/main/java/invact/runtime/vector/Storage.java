package invact.runtime.vector;

import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;

/**
 * Where the buffers of a pass lie: outside the heap, or in arrays of one kind, with the indicator
 * in bytes.
 *
 * <p>C2 makes plain vector instructions of the accesses to a segment, and keeps its address, bounds
 * and whatever else the loop reads in registers, only if it knows the segment's class for certain.
 * The classes that a call has met before tell it that only as long as nothing else in the process
 * uses segments of another kind. So each loop first casts its segments to a class that is a
 * constant; {@link Fusion} makes a copy of the loop for each kind of storage.
 */
enum Storage {
  /** Outside the heap, mapped files included. */
  NATIVE(new Native()),
  /** Parts of {@code float[]}. */
  FLOATS(new Floats()),
  /** Parts of {@code short[]}. */
  SHORTS(new Shorts());

  private final Casts casts;

  Storage(Casts casts) {
    this.casts = casts;
  }

  /**
   * Where a segment of elements lies.
   *
   * @return null if in none of these, or in an array of another width than the elements', for which
   *     C2 has no vector instructions
   */
  static Storage of(FloatFormat format, MemorySegment elements) {
    if (Native.CLASS.isInstance(elements)) {
      return NATIVE;
    }
    boolean half = format.isHalf();
    if (!half && Floats.CLASS.isInstance(elements)) {
      return FLOATS;
    }
    return half && Shorts.CLASS.isInstance(elements) ? SHORTS : null;
  }

  /** Whether an indicator lies where it does that goes with elements here. */
  boolean hasIndicator(MemorySegment indicator) {
    return (this == NATIVE ? Native.CLASS : Bytes.CLASS).isInstance(indicator);
  }

  Casts casts() {
    return casts;
  }

  /** The same segments, of a class that the compiler knows. */
  interface Casts {
    /** A buffer of elements. */
    MemorySegment elements(MemorySegment segment);

    /** An indicator. */
    MemorySegment indicator(MemorySegment segment);
  }

  static final class Native implements Casts {
    /** Mapped segments have a class below this one. */
    static final Class<? extends MemorySegment> CLASS = MemorySegment.NULL.getClass();

    @Override
    public MemorySegment elements(MemorySegment segment) {
      return CLASS.cast(segment);
    }

    @Override
    public MemorySegment indicator(MemorySegment segment) {
      return CLASS.cast(segment);
    }
  }

  static final class Floats implements Casts {
    static final Class<? extends MemorySegment> CLASS =
        MemorySegment.ofArray(new float[0]).getClass();

    @Override
    public MemorySegment elements(MemorySegment segment) {
      return CLASS.cast(segment);
    }

    @Override
    public MemorySegment indicator(MemorySegment segment) {
      return Bytes.CLASS.cast(segment);
    }
  }

  static final class Shorts implements Casts {
    static final Class<? extends MemorySegment> CLASS =
        MemorySegment.ofArray(new short[0]).getClass();

    @Override
    public MemorySegment elements(MemorySegment segment) {
      return CLASS.cast(segment);
    }

    @Override
    public MemorySegment indicator(MemorySegment segment) {
      return Bytes.CLASS.cast(segment);
    }
  }

  /** Parts of {@code byte[]}, where indicators of elements in arrays lie. */
  static final class Bytes {
    static final Class<? extends MemorySegment> CLASS =
        MemorySegment.ofArray(new byte[0]).getClass();

    private Bytes() {}
  }
}
