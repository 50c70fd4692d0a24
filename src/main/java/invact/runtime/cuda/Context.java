package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A CUDA context: what streams, buffers and kernels belong to.
 *
 * <p>It is made current for the length of each call alone, so that a calling thread finds its own
 * context again as it left it. Threads may share a context.
 */
public final class Context implements AutoCloseable {
  /** Where popped handles go; nobody reads them. */
  private static final MemorySegment POPPED = Arena.global().allocate(JAVA_LONG);

  private static final int FOREIGN = -1;

  private final long handle;
  private final int retained;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Context(long handle, int retained) {
    this.handle = handle;
    this.retained = retained;
  }

  /**
   * The primary context of a device: the one that CUDA's runtime, and with it most frameworks, use
   * too.
   *
   * @param ordinal the device
   * @return a context that holds on to it until it is closed
   * @throws IllegalStateException if the GPU runtime cannot run here; the message says why
   * @throws CudaException if there is no such device
   */
  public static Context primary(int ordinal) {
    Cuda.obstacle()
        .ifPresent(obstacle -> {
          throw new IllegalStateException("CUDA is not available: " + obstacle);
        });
    Driver.init(0);
    try (Arena arena = Arena.ofConfined()) {
      int device = Device.handle(arena, ordinal);
      MemorySegment context = arena.allocate(JAVA_LONG);
      Driver.primaryContextRetain(context, device);
      return new Context(context.get(JAVA_LONG, 0), device);
    }
  }

  /**
   * The context that is current in this thread, which stays its owner's.
   *
   * @return the context; closing it changes nothing
   * @throws IllegalStateException if there is none
   */
  public static Context current() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(JAVA_LONG);
      Driver.contextCurrent(context);
      if (context.get(JAVA_LONG, 0) == 0) {
        throw new IllegalStateException("no CUDA context is current in this thread");
      }
      return new Context(context.get(JAVA_LONG, 0), FOREIGN);
    }
  }

  /** The device of the context. */
  Device device() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment device = arena.allocate(JAVA_INT);
      run(() -> Driver.contextDevice(device));
      // A CUdevice is the device's ordinal.
      return Device.of(device.get(JAVA_INT, 0));
    }
  }

  /** Makes the context this thread's current one until {@link #leave}. */
  void enter() {
    if (closed.get()) {
      throw new IllegalStateException("the context is closed");
    }
    Driver.contextPush(handle);
  }

  void leave() {
    Driver.contextPop(POPPED);
  }

  /** Runs a call within the context. */
  void run(Runnable call) {
    enter();
    try {
      call.run();
    } finally {
      leave();
    }
  }

  /** The handle that a call within the context stores. */
  long handle(Consumer<MemorySegment> call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(JAVA_LONG);
      run(() -> call.accept(result));
      return result.get(JAVA_LONG, 0);
    }
  }

  /** Lets go of the device. What belongs to the context must be closed before. */
  @Override
  public void close() {
    if (!closed.getAndSet(true) && retained != FOREIGN) {
      Driver.primaryContextRelease(retained);
    }
  }
}
