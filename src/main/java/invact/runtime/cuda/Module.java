package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

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
final class Module implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Module.class.getPackageName());

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

  private final Context context;
  private final long handle;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Module(Context context, long handle) {
    this.context = context;
    this.handle = handle;
  }

  /**
   * Loads kernels that are built in.
   *
   * @param context where
   * @param unit the kernels
   * @throws IllegalStateException if neither the driver nor NVRTC makes them run
   */
  static Module load(Context context, BuiltIn.Unit unit) {
    String name = unit.name();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment log = arena.allocate(LOG_BYTES);
      try {
        return new Module(context, load(context, arena.allocateFrom(resource(name + ".ptx")), log));
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
        if (!NOT_FOR_THIS_DRIVER.contains(e.status())) {
          throw new IllegalStateException(refusal, e);
        }
        Optional<String> missing = Nvrtc.missing();
        if (missing.isPresent()) {
          throw new IllegalStateException(
              refusal + "; install a newer driver, or: " + missing.get(), e);
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
   * @throws IllegalStateException if NVRTC is missing or does not make them run
   */
  static Module compile(Context context, BuiltIn.Unit unit) {
    Device device = context.device();
    try (Arena arena = Arena.ofConfined()) {
      byte[] code = Nvrtc.compile(unit.name(), unit.text().get(), device.major(), device.minor());
      return new Module(
          context, load(context, arena.allocateFrom(JAVA_BYTE, code), arena.allocate(LOG_BYTES)));
    } catch (CudaException e) {
      throw new IllegalStateException(
          "NVRTC does not make the kernels of " + unit.name() + " run: " + e.getMessage(), e);
    }
  }

  private static long load(Context context, MemorySegment image, MemorySegment log) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment options =
          arena.allocateFrom(JAVA_INT, ERROR_LOG_BUFFER, ERROR_LOG_BUFFER_BYTES);
      MemorySegment values = arena.allocate(ADDRESS, 2);
      values.setAtIndex(ADDRESS, 0, log);
      values.setAtIndex(JAVA_LONG, 1, log.byteSize());
      return context.handle(module -> Driver.moduleLoad(module, image, 2, options, values));
    }
  }

  /** A text of the kernels in the jar. */
  static String resource(String name) {
    try (InputStream in = Module.class.getResourceAsStream(FOLDER + name)) {
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
          context.handle(function -> Driver.moduleFunction(function, handle, text)),
          argumentBytes);
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      context.run(() -> Driver.moduleUnload(handle));
    }
  }
}
