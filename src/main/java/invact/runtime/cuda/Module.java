package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Kernels on a device, compiled by the driver from the PTX in the jar. */
final class Module implements AutoCloseable {
  private static final String FOLDER = "/invact/cuda/";

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

  static Module load(Context context, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ptx = arena.allocateFrom(ptx(name));
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options =
          arena.allocateFrom(JAVA_INT, ERROR_LOG_BUFFER, ERROR_LOG_BUFFER_BYTES);
      MemorySegment values = arena.allocate(ADDRESS, 2);
      values.setAtIndex(ADDRESS, 0, log);
      values.setAtIndex(JAVA_LONG, 1, LOG_BYTES);
      try {
        return new Module(
            context, context.handle(module -> Driver.moduleLoad(module, ptx, 2, options, values)));
      } catch (CudaException e) {
        throw new IllegalStateException(
            "the driver, which supports CUDA "
                + Cuda.text(Cuda.version())
                + ", does not take the kernels in "
                + name
                + ".ptx: "
                + e.getMessage()
                + "; "
                + log.getString(0).strip(),
            e);
      }
    }
  }

  static String ptx(String name) {
    try (InputStream in = Module.class.getResourceAsStream(FOLDER + name + ".ptx")) {
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
