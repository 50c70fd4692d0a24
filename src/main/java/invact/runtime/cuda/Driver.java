package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The functions of the CUDA driver that are used here, each with its status checked and turned into
 * a {@link CudaException}. Handles and device pointers are longs.
 *
 * <p>Without the driver the class loads all the same: {@link #missing()} is then what every call
 * throws.
 */
final class Driver {
  private static final String LIBRARY = "libcuda.so.1";

  private static final Optional<SymbolLookup> SYMBOLS = open();

  private static final MethodHandle ERROR_NAME = find("cuGetErrorName", JAVA_INT, ADDRESS);
  private static final MethodHandle ERROR_TEXT = find("cuGetErrorString", JAVA_INT, ADDRESS);
  private static final MethodHandle INIT = find("cuInit", JAVA_INT);
  private static final MethodHandle DRIVER_VERSION = find("cuDriverGetVersion", ADDRESS);
  private static final MethodHandle DEVICE_COUNT = find("cuDeviceGetCount", ADDRESS);
  private static final MethodHandle DEVICE_GET = find("cuDeviceGet", ADDRESS, JAVA_INT);
  private static final MethodHandle DEVICE_NAME =
      find("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle DEVICE_TOTAL_MEMORY =
      find("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT);
  private static final MethodHandle DEVICE_ATTRIBUTE =
      find("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle PRIMARY_CONTEXT_RETAIN =
      find("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
  private static final MethodHandle PRIMARY_CONTEXT_RELEASE =
      find("cuDevicePrimaryCtxRelease_v2", JAVA_INT);
  private static final MethodHandle CONTEXT_CURRENT = find("cuCtxGetCurrent", ADDRESS);
  private static final MethodHandle CONTEXT_DEVICE = find("cuCtxGetDevice", ADDRESS);
  private static final MethodHandle CONTEXT_PUSH = find("cuCtxPushCurrent_v2", JAVA_LONG);
  private static final MethodHandle CONTEXT_POP = find("cuCtxPopCurrent_v2", ADDRESS);
  private static final MethodHandle MODULE_LOAD =
      find("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle MODULE_UNLOAD = find("cuModuleUnload", JAVA_LONG);
  private static final MethodHandle MODULE_FUNCTION =
      find("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle FUNCTION_ATTRIBUTE =
      find("cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle LAUNCH =
      find(
          "cuLaunchKernel",
          JAVA_LONG,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_LONG,
          ADDRESS,
          ADDRESS);
  private static final MethodHandle STREAM_CREATE = find("cuStreamCreate", ADDRESS, JAVA_INT);
  private static final MethodHandle STREAM_DESTROY = find("cuStreamDestroy_v2", JAVA_LONG);
  private static final MethodHandle STREAM_SYNCHRONIZE = find("cuStreamSynchronize", JAVA_LONG);
  private static final MethodHandle STREAM_WAIT_EVENT =
      find("cuStreamWaitEvent", JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle EVENT_CREATE = find("cuEventCreate", ADDRESS, JAVA_INT);
  private static final MethodHandle EVENT_DESTROY = find("cuEventDestroy_v2", JAVA_LONG);
  private static final MethodHandle EVENT_RECORD = find("cuEventRecord", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle EVENT_SYNCHRONIZE = find("cuEventSynchronize", JAVA_LONG);
  private static final MethodHandle EVENT_ELAPSED =
      find("cuEventElapsedTime", ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MEMORY_ALLOCATE = find("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
  private static final MethodHandle MEMORY_FREE = find("cuMemFree_v2", JAVA_LONG);
  private static final MethodHandle MEMORY_FILL =
      find("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MEMORY_UPLOAD =
      find("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MEMORY_DOWNLOAD =
      find("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MEMORY_COPY =
      find("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private Driver() {}

  /**
   * What keeps the driver from being called.
   *
   * @return nothing if it can be; else what is missing and what to do about it
   */
  static Optional<String> missing() {
    if (SYMBOLS.isEmpty()) {
      return Optional.of(
          LIBRARY
              + " was not found: install NVIDIA's driver, or add its folder to LD_LIBRARY_PATH");
    }
    return Optional.empty();
  }

  private static Optional<SymbolLookup> open() {
    try {
      return Optional.of(SymbolLookup.libraryLookup(LIBRARY, Arena.global()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The function, or null if there is no driver, or it is too old to have it. */
  private static MethodHandle find(String symbol, MemoryLayout... parameters) {
    return SYMBOLS
        .flatMap(symbols -> symbols.find(symbol))
        .map(address ->
            Linker.nativeLinker()
                .downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters)))
        .orElse(null);
  }

  private static void check(String function, int status) {
    if (status != 0) {
      throw new CudaException(
          function, status, describe(ERROR_NAME, status), describe(ERROR_TEXT, status));
    }
  }

  private static String describe(MethodHandle function, int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      int known = (int) function.invokeExact(status, text);
      return known == 0
          ? text.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0)
          : "unknown status";
    } catch (Throwable e) {
      throw failed("cuGetErrorName", e);
    }
  }

  private static RuntimeException failed(String function, Throwable e) {
    return switch (e) {
      case Error error -> throw error;
      case NullPointerException _ ->
          new IllegalStateException(
              missing().orElse("the driver is too old: it lacks " + function), e);
      case RuntimeException exception -> exception;
      default -> new IllegalStateException(function, e);
    };
  }

  static void init(int flags) {
    try {
      check("cuInit", (int) INIT.invokeExact(flags));
    } catch (Throwable e) {
      throw failed("cuInit", e);
    }
  }

  static void driverVersion(MemorySegment version) {
    try {
      check("cuDriverGetVersion", (int) DRIVER_VERSION.invokeExact(version));
    } catch (Throwable e) {
      throw failed("cuDriverGetVersion", e);
    }
  }

  static void deviceCount(MemorySegment count) {
    try {
      check("cuDeviceGetCount", (int) DEVICE_COUNT.invokeExact(count));
    } catch (Throwable e) {
      throw failed("cuDeviceGetCount", e);
    }
  }

  static void deviceGet(MemorySegment device, int ordinal) {
    try {
      check("cuDeviceGet", (int) DEVICE_GET.invokeExact(device, ordinal));
    } catch (Throwable e) {
      throw failed("cuDeviceGet", e);
    }
  }

  static void deviceName(MemorySegment name, int length, int device) {
    try {
      check("cuDeviceGetName", (int) DEVICE_NAME.invokeExact(name, length, device));
    } catch (Throwable e) {
      throw failed("cuDeviceGetName", e);
    }
  }

  static void deviceTotalMemory(MemorySegment bytes, int device) {
    try {
      check("cuDeviceTotalMem_v2", (int) DEVICE_TOTAL_MEMORY.invokeExact(bytes, device));
    } catch (Throwable e) {
      throw failed("cuDeviceTotalMem_v2", e);
    }
  }

  static void deviceAttribute(MemorySegment value, int attribute, int device) {
    try {
      check("cuDeviceGetAttribute", (int) DEVICE_ATTRIBUTE.invokeExact(value, attribute, device));
    } catch (Throwable e) {
      throw failed("cuDeviceGetAttribute", e);
    }
  }

  static void primaryContextRetain(MemorySegment context, int device) {
    try {
      check("cuDevicePrimaryCtxRetain", (int) PRIMARY_CONTEXT_RETAIN.invokeExact(context, device));
    } catch (Throwable e) {
      throw failed("cuDevicePrimaryCtxRetain", e);
    }
  }

  static void primaryContextRelease(int device) {
    try {
      check("cuDevicePrimaryCtxRelease_v2", (int) PRIMARY_CONTEXT_RELEASE.invokeExact(device));
    } catch (Throwable e) {
      throw failed("cuDevicePrimaryCtxRelease_v2", e);
    }
  }

  static void contextCurrent(MemorySegment context) {
    try {
      check("cuCtxGetCurrent", (int) CONTEXT_CURRENT.invokeExact(context));
    } catch (Throwable e) {
      throw failed("cuCtxGetCurrent", e);
    }
  }

  static void contextDevice(MemorySegment device) {
    try {
      check("cuCtxGetDevice", (int) CONTEXT_DEVICE.invokeExact(device));
    } catch (Throwable e) {
      throw failed("cuCtxGetDevice", e);
    }
  }

  static void contextPush(long context) {
    try {
      check("cuCtxPushCurrent_v2", (int) CONTEXT_PUSH.invokeExact(context));
    } catch (Throwable e) {
      throw failed("cuCtxPushCurrent_v2", e);
    }
  }

  static void contextPop(MemorySegment context) {
    try {
      check("cuCtxPopCurrent_v2", (int) CONTEXT_POP.invokeExact(context));
    } catch (Throwable e) {
      throw failed("cuCtxPopCurrent_v2", e);
    }
  }

  static void moduleLoad(
      MemorySegment module,
      MemorySegment image,
      int options,
      MemorySegment names,
      MemorySegment values) {
    try {
      check(
          "cuModuleLoadDataEx",
          (int) MODULE_LOAD.invokeExact(module, image, options, names, values));
    } catch (Throwable e) {
      throw failed("cuModuleLoadDataEx", e);
    }
  }

  static void moduleUnload(long module) {
    try {
      check("cuModuleUnload", (int) MODULE_UNLOAD.invokeExact(module));
    } catch (Throwable e) {
      throw failed("cuModuleUnload", e);
    }
  }

  static void moduleFunction(MemorySegment function, long module, MemorySegment name) {
    try {
      check("cuModuleGetFunction", (int) MODULE_FUNCTION.invokeExact(function, module, name));
    } catch (Throwable e) {
      throw failed("cuModuleGetFunction", e);
    }
  }

  static void functionAttribute(long function, int attribute, int value) {
    try {
      check("cuFuncSetAttribute", (int) FUNCTION_ATTRIBUTE.invokeExact(function, attribute, value));
    } catch (Throwable e) {
      throw failed("cuFuncSetAttribute", e);
    }
  }

  static void launch(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      long stream,
      MemorySegment parameters,
      MemorySegment extra) {
    try {
      check(
          "cuLaunchKernel",
          (int)
              LAUNCH.invokeExact(
                  function,
                  gridX,
                  gridY,
                  gridZ,
                  blockX,
                  blockY,
                  blockZ,
                  sharedBytes,
                  stream,
                  parameters,
                  extra));
    } catch (Throwable e) {
      throw failed("cuLaunchKernel", e);
    }
  }

  static void streamCreate(MemorySegment stream, int flags) {
    try {
      check("cuStreamCreate", (int) STREAM_CREATE.invokeExact(stream, flags));
    } catch (Throwable e) {
      throw failed("cuStreamCreate", e);
    }
  }

  static void streamDestroy(long stream) {
    try {
      check("cuStreamDestroy_v2", (int) STREAM_DESTROY.invokeExact(stream));
    } catch (Throwable e) {
      throw failed("cuStreamDestroy_v2", e);
    }
  }

  static void streamSynchronize(long stream) {
    try {
      check("cuStreamSynchronize", (int) STREAM_SYNCHRONIZE.invokeExact(stream));
    } catch (Throwable e) {
      throw failed("cuStreamSynchronize", e);
    }
  }

  static void streamWaitEvent(long stream, long event, int flags) {
    try {
      check("cuStreamWaitEvent", (int) STREAM_WAIT_EVENT.invokeExact(stream, event, flags));
    } catch (Throwable e) {
      throw failed("cuStreamWaitEvent", e);
    }
  }

  static void eventCreate(MemorySegment event, int flags) {
    try {
      check("cuEventCreate", (int) EVENT_CREATE.invokeExact(event, flags));
    } catch (Throwable e) {
      throw failed("cuEventCreate", e);
    }
  }

  static void eventDestroy(long event) {
    try {
      check("cuEventDestroy_v2", (int) EVENT_DESTROY.invokeExact(event));
    } catch (Throwable e) {
      throw failed("cuEventDestroy_v2", e);
    }
  }

  static void eventRecord(long event, long stream) {
    try {
      check("cuEventRecord", (int) EVENT_RECORD.invokeExact(event, stream));
    } catch (Throwable e) {
      throw failed("cuEventRecord", e);
    }
  }

  static void eventSynchronize(long event) {
    try {
      check("cuEventSynchronize", (int) EVENT_SYNCHRONIZE.invokeExact(event));
    } catch (Throwable e) {
      throw failed("cuEventSynchronize", e);
    }
  }

  static void eventElapsed(MemorySegment milliseconds, long start, long end) {
    try {
      check("cuEventElapsedTime", (int) EVENT_ELAPSED.invokeExact(milliseconds, start, end));
    } catch (Throwable e) {
      throw failed("cuEventElapsedTime", e);
    }
  }

  static void memoryAllocate(MemorySegment address, long bytes) {
    try {
      check("cuMemAlloc_v2", (int) MEMORY_ALLOCATE.invokeExact(address, bytes));
    } catch (Throwable e) {
      throw failed("cuMemAlloc_v2", e);
    }
  }

  static void memoryFree(long address) {
    try {
      check("cuMemFree_v2", (int) MEMORY_FREE.invokeExact(address));
    } catch (Throwable e) {
      throw failed("cuMemFree_v2", e);
    }
  }

  static void memoryFill(long address, byte value, long bytes, long stream) {
    try {
      check("cuMemsetD8Async", (int) MEMORY_FILL.invokeExact(address, value, bytes, stream));
    } catch (Throwable e) {
      throw failed("cuMemsetD8Async", e);
    }
  }

  static void memoryUpload(long to, MemorySegment from, long bytes, long stream) {
    try {
      check("cuMemcpyHtoDAsync_v2", (int) MEMORY_UPLOAD.invokeExact(to, from, bytes, stream));
    } catch (Throwable e) {
      throw failed("cuMemcpyHtoDAsync_v2", e);
    }
  }

  static void memoryDownload(MemorySegment to, long from, long bytes, long stream) {
    try {
      check("cuMemcpyDtoHAsync_v2", (int) MEMORY_DOWNLOAD.invokeExact(to, from, bytes, stream));
    } catch (Throwable e) {
      throw failed("cuMemcpyDtoHAsync_v2", e);
    }
  }

  static void memoryCopy(long to, long from, long bytes, long stream) {
    try {
      check("cuMemcpyDtoDAsync_v2", (int) MEMORY_COPY.invokeExact(to, from, bytes, stream));
    } catch (Throwable e) {
      throw failed("cuMemcpyDtoDAsync_v2", e);
    }
  }
}
