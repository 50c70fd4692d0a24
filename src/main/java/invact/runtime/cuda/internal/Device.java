package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A GPU.
 *
 * @param ordinal its number, counted from 0
 * @param name its name
 * @param major compute capability before the point
 * @param minor compute capability after the point
 * @param multiprocessors how many multiprocessors it has
 * @param bytes the size of its memory
 */
public record Device(
    int ordinal, String name, int major, int minor, int multiprocessors, long bytes) {
  private static final NativeFunction COUNT = Driver.LIBRARY.function("cuDeviceGetCount", ADDRESS);
  private static final NativeFunction GET =
      Driver.LIBRARY.function("cuDeviceGet", ADDRESS, JAVA_INT);
  private static final NativeFunction NAME =
      Driver.LIBRARY.function("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
  private static final NativeFunction TOTAL_MEMORY =
      Driver.LIBRARY.function("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT);
  private static final NativeFunction ATTRIBUTE =
      Driver.LIBRARY.function("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);

  /** {@code CU_DEVICE_ATTRIBUTE_}… of cuda.h. */
  private static final int MULTIPROCESSOR_COUNT = 16;

  private static final int COMPUTE_CAPABILITY_MAJOR = 75;
  private static final int COMPUTE_CAPABILITY_MINOR = 76;

  private static final int NAME_BYTES = 256;

  /** The architecture the kernels are compiled for is 8.0. */
  boolean isSupported() {
    return major >= 8;
  }

  /** How many devices there are; the driver has been started. */
  static int count() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      COUNT.call(f -> (int) f.invokeExact(count));
      return count.get(JAVA_INT, 0);
    }
  }

  /** The device of an ordinal; the driver has been started. */
  static Device of(int ordinal) {
    try (Arena arena = Arena.ofConfined()) {
      int device = handle(arena, ordinal);
      MemorySegment name = arena.allocate(NAME_BYTES);
      NAME.call(f -> (int) f.invokeExact(name, NAME_BYTES, device));
      MemorySegment bytes = arena.allocate(JAVA_LONG);
      TOTAL_MEMORY.call(f -> (int) f.invokeExact(bytes, device));
      return new Device(
          ordinal,
          name.getString(0),
          attribute(arena, COMPUTE_CAPABILITY_MAJOR, device),
          attribute(arena, COMPUTE_CAPABILITY_MINOR, device),
          attribute(arena, MULTIPROCESSOR_COUNT, device),
          bytes.get(JAVA_LONG, 0));
    }
  }

  static int handle(Arena arena, int ordinal) {
    MemorySegment device = arena.allocate(JAVA_INT);
    GET.call(f -> (int) f.invokeExact(device, ordinal));
    return device.get(JAVA_INT, 0);
  }

  private static int attribute(Arena arena, int attribute, int device) {
    MemorySegment value = arena.allocate(JAVA_INT);
    ATTRIBUTE.call(f -> (int) f.invokeExact(value, attribute, device));
    return value.get(JAVA_INT, 0);
  }
}
