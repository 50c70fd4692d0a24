package invact.runtime.cuda;

import invact.runtime.cuda.internal.DriverContext;
import invact.runtime.cuda.internal.DriverMemory;
import invact.runtime.cuda.internal.DriverStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** Memory on a device that is freed when this is closed. */
public final class DeviceBuffer implements AutoCloseable {
  private final DriverContext context;
  private final DeviceMemory memory;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DeviceBuffer(DriverContext context, DeviceMemory memory) {
    this.context = context;
    this.memory = memory;
  }

  /**
   * New memory, at an address that is a multiple of 256, of undefined content.
   *
   * @param context the context
   * @param bytes its size; 0 takes none
   * @return the buffer
   * @throws CudaException if there is not so much
   */
  public static DeviceBuffer allocate(Context context, long bytes) {
    return new DeviceBuffer(
        context.driver(),
        bytes == 0 ? new DeviceMemory(0, 0) : DriverMemory.allocate(context.driver(), bytes));
  }

  /**
   * The memory, to be used no longer than this is open.
   *
   * @return all of it
   */
  public DeviceMemory memory() {
    if (closed.get()) {
      throw new IllegalStateException("the device buffer is closed");
    }
    return memory;
  }

  /**
   * Copies from the host to the start of the buffer, and waits until that is done.
   *
   * @param stream where the copy queues
   * @param from native or on the heap, no longer than the buffer
   */
  public void upload(Stream stream, MemorySegment from) {
    DeviceMemory to = memory().slice(0, from.byteSize());
    if (to.byteSize() == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source =
          from.isNative() ? from : arena.allocate(from.byteSize()).copyFrom(from);
      DriverMemory.upload(context, to, source, stream.handle());
      DriverStream.synchronize(context, stream.handle());
    }
  }

  /**
   * Copies the start of the buffer to the host, and waits until that is done.
   *
   * @param stream where the copy queues
   * @param to native or on the heap, no longer than the buffer
   */
  public void download(Stream stream, MemorySegment to) {
    DeviceMemory from = memory().slice(0, to.byteSize());
    if (from.byteSize() == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = to.isNative() ? to : arena.allocate(to.byteSize());
      DriverMemory.download(context, target, from, stream.handle());
      DriverStream.synchronize(context, stream.handle());
      if (target != to) {
        to.copyFrom(target);
      }
    }
  }

  /**
   * Fills the buffer with one byte.
   *
   * @param stream where the work queues
   * @param value the byte
   */
  public void fill(Stream stream, byte value) {
    DeviceMemory all = memory();
    if (all.byteSize() > 0) {
      DriverMemory.fill(context, all, value, stream.handle());
    }
  }

  /**
   * Copies other memory of the same context to the start of the buffer.
   *
   * @param stream where the work queues
   * @param from no longer than the buffer
   */
  public void copyFrom(Stream stream, DeviceMemory from) {
    copyFrom(stream, 0, from);
  }

  /**
   * Copies other memory of the same context into the buffer.
   *
   * @param stream where the work queues
   * @param offset where in the buffer the copy starts
   * @param from no longer than the buffer from there
   */
  public void copyFrom(Stream stream, long offset, DeviceMemory from) {
    DeviceMemory to = memory().slice(offset, from.byteSize());
    if (to.byteSize() > 0) {
      DriverMemory.copy(context, to, from, stream.handle());
    }
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true) && memory.byteSize() > 0) {
      DriverMemory.free(context, memory);
    }
  }
}
