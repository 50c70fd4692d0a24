package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.runtime.cuda.CudaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kernels on a device, compiled by the driver from the PTX in the jar, or from their sources by
 * {@link Nvrtc} if the driver does not take that.
 */
final class KernelModule implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KernelModule.class.getPackageName());

  private static final NativeFunction LOAD =
      Driver.LIBRARY.function("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  private static final NativeFunction UNLOAD = Driver.LIBRARY.function("cuModuleUnload", JAVA_LONG);
  private static final NativeFunction FUNCTION =
      Driver.LIBRARY.function("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);

  private static final String FOLDER = "/invact/cuda/";

  /**
   * {@code CUDA_ERROR_INVALID_IMAGE}, {@code NO_BINARY_FOR_GPU}, {@code INVALID_PTX}, {@code
   * JIT_COMPILER_NOT_FOUND}, {@code UNSUPPORTED_PTX_VERSION} of cuda.h.
   */
  private static final Set<Integer> NOT_FOR_THIS_DRIVER = Set.of(200, 209, 218, 221, 222);

  /** {@code CU_JIT_ERROR_LOG_BUFFER} and its size, of cuda.h. */
  private static final int ERROR_LOG_BUFFER = 5;

  private static final int ERROR_LOG_BUFFER_BYTES = 6;
  private static final int LOG_BYTES = 4096;

  private final DriverContext context;
  private final long handle;
  private final AtomicBoolean closed = new AtomicBoolean();

  private KernelModule(DriverContext context, long handle) {
    this.context = context;
    this.handle = handle;
  }

  /**
   * Loads kernels that are built in.
   *
   * @param context where
   * @param unit the kernels
   * @throws CudaException if neither the driver nor NVRTC makes them run
   */
  static KernelModule load(DriverContext context, BuiltIn.Unit unit) {
    String name = unit.name();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment log = arena.allocate(LOG_BYTES);
      try {
        return new KernelModule(
            context, load(context, arena.allocateFrom(resource(name + ".ptx")), log));
      } catch (CudaException e) {
        String refusal =
            "the driver, which supports CUDA "
                + Cuda.text(Cuda.version())
                + ", does not take the kernels in "
                + name
                + ".ptx: "
                + e.getMessage()
                + "; "
                + log.getString(0).strip();
        if (e.status().stream().noneMatch(NOT_FOR_THIS_DRIVER::contains)) {
          throw new CudaException(refusal, e);
        }
        Optional<String> missing = Nvrtc.obstacle();
        if (missing.isPresent()) {
          throw new CudaException(refusal + "; install a newer driver, or: " + missing.get(), e);
        }
        LOG.log(System.Logger.Level.INFO, "{0}; NVRTC compiles them", refusal);
        return compile(context, unit);
      }
    }
  }

  /**
   * Kernels that NVRTC compiles for the context's device.
   *
   * @param context where
   * @param unit the kernels
   * @throws CudaException if NVRTC is missing or does not make them run
   */
  static KernelModule compile(DriverContext context, BuiltIn.Unit unit) {
    Device device = context.device();
    try (Arena arena = Arena.ofConfined()) {
      byte[] code = Nvrtc.compile(unit.name(), unit.text().get(), device.major(), device.minor());
      return new KernelModule(
          context, load(context, arena.allocateFrom(JAVA_BYTE, code), arena.allocate(LOG_BYTES)));
    } catch (CudaException e) {
      throw new CudaException(
          "NVRTC does not make the kernels of " + unit.name() + " run: " + e.getMessage(), e);
    }
  }

  private static long load(DriverContext context, MemorySegment image, MemorySegment log) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options =
          arena.allocateFrom(JAVA_INT, ERROR_LOG_BUFFER, ERROR_LOG_BUFFER_BYTES);
      MemorySegment values = arena.allocate(ADDRESS, 2);
      values.setAtIndex(ADDRESS, 0, log);
      values.setAtIndex(JAVA_LONG, 1, log.byteSize());
      return context.stored(
          module -> LOAD.call(f -> (int) f.invokeExact(module, image, 2, options, values)));
    }
  }

  /** A text of the kernels in the jar. */
  static String resource(String name) {
    try (InputStream in = KernelModule.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("the jar is incomplete: it lacks " + FOLDER + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Kernel kernel(String name, long argumentBytes) {
    if (closed.get()) {
      throw new IllegalStateException("the kernels are closed");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      return new Kernel(
          this,
          context,
          context.stored(
              function -> FUNCTION.call(f -> (int) f.invokeExact(function, handle, text))),
          argumentBytes);
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      context.run(() -> UNLOAD.call(f -> (int) f.invokeExact(handle)));
    }
  }
}
