package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A CUDA context, made current for the length of each call alone, so that a calling thread finds
 * its own context again as it left it. Threads may share it.
 */
public final class DriverContext implements AutoCloseable {
  private static final NativeFunction RETAIN =
      Driver.LIBRARY.function("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
  private static final NativeFunction RELEASE =
      Driver.LIBRARY.function("cuDevicePrimaryCtxRelease_v2", JAVA_INT);
  private static final NativeFunction CURRENT = Driver.LIBRARY.function("cuCtxGetCurrent", ADDRESS);
  private static final NativeFunction DEVICE = Driver.LIBRARY.function("cuCtxGetDevice", ADDRESS);
  private static final NativeFunction PUSH =
      Driver.LIBRARY.function("cuCtxPushCurrent_v2", JAVA_LONG);
  private static final NativeFunction POP = Driver.LIBRARY.function("cuCtxPopCurrent_v2", ADDRESS);

  /** Takes the handles that are popped; nobody reads it. */
  private static final MemorySegment POPPED = Arena.global().allocate(JAVA_LONG);

  private final long handle;
  private final OptionalInt retained;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DriverContext(long handle, OptionalInt retained) {
    this.handle = handle;
    this.retained = retained;
  }

  /** The primary context of a device, held until it is closed. */
  public static DriverContext primary(int ordinal) {
    Driver.init();
    try (Arena arena = Arena.ofConfined()) {
      int device = Device.handle(arena, ordinal);
      MemorySegment context = arena.allocate(JAVA_LONG);
      RETAIN.call(f -> (int) f.invokeExact(context, device));
      return new DriverContext(context.get(JAVA_LONG, 0), OptionalInt.of(device));
    }
  }

  /**
   * The context that is current in this thread, which stays its owner's.
   *
   * @throws IllegalStateException if there is none
   */
  public static DriverContext current() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(JAVA_LONG);
      CURRENT.call(f -> (int) f.invokeExact(context));
      if (context.get(JAVA_LONG, 0) == 0) {
        throw new IllegalStateException("no CUDA context is current in this thread");
      }
      return foreign(context.get(JAVA_LONG, 0));
    }
  }

  /** The context of a handle, which stays its owner's. */
  public static DriverContext foreign(long handle) {
    return new DriverContext(handle, OptionalInt.empty());
  }

  /**
   * The {@code CUcontext}.
   *
   * @throws IllegalStateException if the context is closed
   */
  public long handle() {
    if (closed.get()) {
      throw new IllegalStateException("the context is closed");
    }
    return handle;
  }

  /** The device of the context. */
  public Device device() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment device = arena.allocate(JAVA_INT);
      run(() -> DEVICE.call(f -> (int) f.invokeExact(device)));
      // A CUdevice is the device's ordinal.
      return Device.of(device.get(JAVA_INT, 0));
    }
  }

  /** Runs a call within the context. */
  public void run(Runnable call) {
    long context = handle();
    PUSH.call(f -> (int) f.invokeExact(context));
    try {
      call.run();
    } finally {
      POP.call(f -> (int) f.invokeExact(POPPED));
    }
  }

  /** The handle or address that a call within the context stores. */
  long stored(Consumer<MemorySegment> call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(JAVA_LONG);
      run(() -> call.accept(result));
      return result.get(JAVA_LONG, 0);
    }
  }

  /** Lets go of the device. What belongs to the context must be closed before. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      retained.ifPresent(device -> RELEASE.call(f -> (int) f.invokeExact(device)));
    }
  }
}
