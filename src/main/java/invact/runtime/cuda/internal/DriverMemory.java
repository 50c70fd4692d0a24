package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.runtime.cuda.DeviceMemory;
import java.lang.foreign.MemorySegment;

/** The driver's functions on memory. Streams are their handles. */
public final class DriverMemory {
  private static final NativeFunction ALLOCATE =
      Driver.LIBRARY.function("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
  private static final NativeFunction FREE = Driver.LIBRARY.function("cuMemFree_v2", JAVA_LONG);
  private static final NativeFunction FILL =
      Driver.LIBRARY.function("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG);
  private static final NativeFunction UPLOAD =
      Driver.LIBRARY.function("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final NativeFunction DOWNLOAD =
      Driver.LIBRARY.function("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final NativeFunction COPY =
      Driver.LIBRARY.function("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private DriverMemory() {}

  /** New memory of at least one byte. */
  public static DeviceMemory allocate(DriverContext context, long bytes) {
    long address = context.stored(result -> ALLOCATE.call(f -> (int) f.invokeExact(result, bytes)));
    return new DeviceMemory(address, bytes);
  }

  /** Gives memory back that {@link #allocate} gave. */
  public static void free(DriverContext context, DeviceMemory memory) {
    long address = memory.address();
    context.run(() -> FREE.call(f -> (int) f.invokeExact(address)));
  }

  /** Queues the filling of memory with one byte. */
  public static void fill(DriverContext context, DeviceMemory memory, byte value, long stream) {
    long address = memory.address();
    long bytes = memory.byteSize();
    context.run(() -> FILL.call(f -> (int) f.invokeExact(address, value, bytes, stream)));
  }

  /** Queues a copy from native memory of the same size. */
  public static void upload(
      DriverContext context, DeviceMemory to, MemorySegment from, long stream) {
    long address = to.address();
    long bytes = to.byteSize();
    context.run(() -> UPLOAD.call(f -> (int) f.invokeExact(address, from, bytes, stream)));
  }

  /** Queues a copy to native memory of the same size. */
  public static void download(
      DriverContext context, MemorySegment to, DeviceMemory from, long stream) {
    long address = from.address();
    long bytes = from.byteSize();
    context.run(() -> DOWNLOAD.call(f -> (int) f.invokeExact(to, address, bytes, stream)));
  }

  /** Queues a copy between memory of the same size on the device. */
  public static void copy(DriverContext context, DeviceMemory to, DeviceMemory from, long stream) {
    long target = to.address();
    long source = from.address();
    long bytes = to.byteSize();
    context.run(() -> COPY.call(f -> (int) f.invokeExact(target, source, bytes, stream)));
  }
}
