package invact.runtime.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.numeric.Dtype;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A segment between two guard zones, all of it filled with a poison at first. */
final class GuardedBuffer {
  /** Where a buffer lies. */
  enum Place {
    HEAP_FLOATS,
    HEAP_SHORTS,
    HEAP_BYTES,
    HEAP_LONGS,
    HEAP_MISALIGNED,
    NATIVE,
    NATIVE_MISALIGNED;

    boolean isNative() {
      return this == NATIVE || this == NATIVE_MISALIGNED;
    }

    private MemorySegment allocate(Arena arena, long bytes) {
      return switch (this) {
        case HEAP_LONGS -> MemorySegment.ofArray(new long[(int) (bytes / Long.BYTES) + 1]);
        case HEAP_FLOATS -> MemorySegment.ofArray(new float[(int) (bytes / Float.BYTES) + 1]);
        case HEAP_SHORTS -> MemorySegment.ofArray(new short[(int) (bytes / Short.BYTES) + 1]);
        case HEAP_BYTES, HEAP_MISALIGNED -> MemorySegment.ofArray(new byte[(int) bytes]);
        case NATIVE, NATIVE_MISALIGNED -> arena.allocate(bytes, Long.BYTES);
      };
    }

    /** Where the indicator lies: as bytes, where the elements are floats or shorts. */
    Place ofIndicator() {
      return this == HEAP_FLOATS || this == HEAP_SHORTS ? HEAP_BYTES : this;
    }

    private long offset() {
      return this == HEAP_MISALIGNED || this == NATIVE_MISALIGNED ? 1 : 0;
    }
  }

  /** As long as the widest vector register, so that a stray vector store shows. */
  private static final long GUARD_BYTES = 64;

  private final MemorySegment whole;
  private final MemorySegment segment;
  private final byte poison;

  GuardedBuffer(Arena arena, Place place, long bytes, int poison) {
    this.poison = (byte) poison;
    whole = place.allocate(arena, bytes + 2 * GUARD_BYTES + 1);
    whole.fill(this.poison);
    segment = whole.asSlice(GUARD_BYTES + place.offset(), bytes);
  }

  MemorySegment segment() {
    return segment;
  }

  void requireGuards(String name) {
    long start = segment.address() - whole.address();
    for (long i = 0; i < whole.byteSize(); i++) {
      if (i < start || i >= start + segment.byteSize()) {
        long position = i - start;
        assertEquals(
            poison, whole.get(JAVA_BYTE, i), () -> name + " was written at byte " + position);
      }
    }
  }

  void requireUntouched(String name) {
    for (long i = 0; i < whole.byteSize(); i++) {
      assertEquals(poison, whole.get(JAVA_BYTE, i), () -> name + " was written");
    }
  }

  void set(Dtype dtype, float[] values) {
    for (int i = 0; i < segment.byteSize() / dtype.bytes(); i++) {
      set(dtype, segment, i, values[i]);
    }
  }

  float get(Dtype dtype, long i) {
    return get(dtype, segment, i);
  }

  static void set(Dtype dtype, MemorySegment segment, long i, float value) {
    if (dtype == Dtype.FP32) {
      segment.set(JAVA_FLOAT_UNALIGNED, 4 * i, value);
    } else {
      segment.set(JAVA_SHORT_UNALIGNED, 2 * i, dtype.encode(value));
    }
  }

  static float get(Dtype dtype, MemorySegment segment, long i) {
    return dtype == Dtype.FP32
        ? segment.get(JAVA_FLOAT_UNALIGNED, 4 * i)
        : dtype.decode(segment.get(JAVA_SHORT_UNALIGNED, 2 * i));
  }
}
