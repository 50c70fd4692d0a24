package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** A point in a stream, with the time at which the device reached it. */
public final class Event implements AutoCloseable {
  private final Context context;
  private final long handle;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * An event that has not been recorded.
   *
   * @param context the context
   */
  public Event(Context context) {
    this.context = context;
    this.handle = context.handle(event -> Driver.eventCreate(event, 0));
  }

  /**
   * Puts the event into a stream, behind all work that is there.
   *
   * @param stream the stream
   */
  public void record(Stream stream) {
    long event = handle();
    context.run(() -> Driver.eventRecord(event, stream.handle()));
  }

  /** Waits until the device has reached the event. */
  public void synchronize() {
    long event = handle();
    context.run(() -> Driver.eventSynchronize(event));
  }

  /**
   * The time from another event to this one. Both have been reached.
   *
   * @param start the earlier event
   * @return milliseconds, to about half a microsecond
   */
  public float millisSince(Event start) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment millis = arena.allocate(JAVA_FLOAT);
      context.run(() -> Driver.eventElapsed(millis, start.handle(), handle()));
      return millis.get(JAVA_FLOAT, 0);
    }
  }

  long handle() {
    if (closed.get()) {
      throw new IllegalStateException("the event is closed");
    }
    return handle;
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      context.run(() -> Driver.eventDestroy(handle));
    }
  }
}
