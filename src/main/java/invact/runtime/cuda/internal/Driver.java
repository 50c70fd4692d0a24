package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import invact.runtime.cuda.CudaException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/**
 * The library of the CUDA driver, and the functions that concern the driver itself. The classes
 * that use its other functions bind them: {@link DriverContext}, {@link DriverMemory}, {@link
 * DriverStream}, {@link Event}, {@link Device}, {@link KernelModule} and {@link Kernel}. Handles
 * and device pointers are longs.
 */
final class Driver {
  private static final String FILE = "libcuda.so.1";

  static final NativeLibrary LIBRARY =
      NativeLibrary.open(
          Stream.of(FILE),
          FILE + " was not found: install NVIDIA's driver, or add its folder to LD_LIBRARY_PATH",
          Driver::failure);

  private static final NativeFunction ERROR_NAME =
      LIBRARY.function("cuGetErrorName", JAVA_INT, ADDRESS);
  private static final NativeFunction ERROR_TEXT =
      LIBRARY.function("cuGetErrorString", JAVA_INT, ADDRESS);
  private static final NativeFunction INIT = LIBRARY.function("cuInit", JAVA_INT);
  private static final NativeFunction VERSION = LIBRARY.function("cuDriverGetVersion", ADDRESS);

  private Driver() {}

  /** Starts the driver; doing so again changes nothing. */
  static void init() {
    INIT.call(f -> (int) f.invokeExact(0));
  }

  /** The CUDA version that the driver supports: 1000·major + 10·minor. */
  static int version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(JAVA_INT);
      VERSION.call(f -> (int) f.invokeExact(version));
      return version.get(JAVA_INT, 0);
    }
  }

  private static CudaException failure(String function, int status) {
    return new CudaException(
        function, status, describe(ERROR_NAME, status), describe(ERROR_TEXT, status));
  }

  private static String describe(NativeFunction function, int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      boolean isKnown = function.status(f -> (int) f.invokeExact(status, text)) == 0;
      return isKnown
          ? text.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0)
          : "unknown status";
    }
  }
}
