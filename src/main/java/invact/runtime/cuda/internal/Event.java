package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** A point in a stream, with the time at which the device reached it. */
public final class Event implements AutoCloseable {
  private static final NativeFunction CREATE =
      Driver.LIBRARY.function("cuEventCreate", ADDRESS, JAVA_INT);
  private static final NativeFunction DESTROY =
      Driver.LIBRARY.function("cuEventDestroy_v2", JAVA_LONG);
  private static final NativeFunction RECORD =
      Driver.LIBRARY.function("cuEventRecord", JAVA_LONG, JAVA_LONG);
  private static final NativeFunction SYNCHRONIZE =
      Driver.LIBRARY.function("cuEventSynchronize", JAVA_LONG);
  private static final NativeFunction ELAPSED =
      Driver.LIBRARY.function("cuEventElapsedTime", ADDRESS, JAVA_LONG, JAVA_LONG);

  private final DriverContext context;
  private final long handle;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** An event that has not been recorded. */
  public Event(DriverContext context) {
    this.context = context;
    this.handle = context.stored(event -> CREATE.call(f -> (int) f.invokeExact(event, 0)));
  }

  /** Puts the event into a stream, behind all work that is there. */
  public void record(long stream) {
    context.run(() -> RECORD.call(f -> (int) f.invokeExact(handle, stream)));
  }

  /** Waits until the device has reached the event. */
  public void synchronize() {
    context.run(() -> SYNCHRONIZE.call(f -> (int) f.invokeExact(handle)));
  }

  /** Milliseconds from an earlier event to this one, to about half a microsecond. */
  public float millisSince(Event start) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment millis = arena.allocate(JAVA_FLOAT);
      context.run(() -> ELAPSED.call(f -> (int) f.invokeExact(millis, start.handle, handle)));
      return millis.get(JAVA_FLOAT, 0);
    }
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      context.run(() -> DESTROY.call(f -> (int) f.invokeExact(handle)));
    }
  }
}
