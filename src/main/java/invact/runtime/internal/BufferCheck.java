package invact.runtime.internal;

import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** The check of arguments that are segments of the host's memory. */
public final class BufferCheck extends ArgumentCheck<MemorySegment> {
  /** The check, which has no state. */
  public static final BufferCheck BUFFERS = new BufferCheck();

  private BufferCheck() {}

  /**
   * Refuses dtypes whose elements a {@code short} cannot hold.
   *
   * @param dtype the dtype
   */
  public static void requireHalf(Dtype dtype) {
    if (!Objects.requireNonNull(dtype, "dtype").isHalf()) {
      throw new IllegalArgumentException(
          "dtype " + dtype.label() + " has no 16-bit patterns: use bf16 or fp16");
    }
  }

  @Override
  protected long bytes(MemorySegment segment) {
    return segment.byteSize();
  }

  @Override
  protected void requireUsable(String name, MemorySegment segment) {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(name + " is closed: keep its arena open during the call");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException(
          name + " is confined to another thread: call from there, or use a shared arena");
    }
  }

  @Override
  protected void requireAligned(String name, MemorySegment tensor) {
    // Any alignment will do.
  }

  @Override
  protected void requireWritable(String name, MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException(name + " is read-only, but is to be written");
    }
  }

  @Override
  protected boolean overlap(MemorySegment a, MemorySegment b) {
    if (a.isNative() && b.isNative()) {
      return a.address() < b.address() + b.byteSize() && b.address() < a.address() + a.byteSize();
    }
    // Says whether two segments are of one array, but allocates a slice unless C2 inlines all of
    // it.
    return a.asOverlappingSlice(b).isPresent();
  }

  @Override
  protected String noun() {
    return "segment";
  }
}
