package invact.runtime.cuda;

import java.util.concurrent.atomic.AtomicBoolean;

/** A queue of work on a device. Threads may share it. */
public final class Stream implements AutoCloseable {
  /** Does not wait for the default stream, as {@code CU_STREAM_NON_BLOCKING} of cuda.h. */
  private static final int NON_BLOCKING = 1;

  private final Context context;
  private final long handle;
  private final boolean owned;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Stream(Context context, long handle, boolean owned) {
    this.context = context;
    this.handle = handle;
    this.owned = owned;
  }

  /**
   * A new stream, which does not wait for the default stream.
   *
   * @param context the context
   * @return the stream
   */
  public static Stream create(Context context) {
    return new Stream(
        context, context.handle(stream -> Driver.streamCreate(stream, NON_BLOCKING)), true);
  }

  /**
   * A stream that stays its owner's.
   *
   * @param context the context it belongs to
   * @param handle a {@code CUstream} or {@code cudaStream_t}; 0 is the default stream
   * @return the stream; closing it does not destroy it
   */
  public static Stream foreign(Context context, long handle) {
    return new Stream(context, handle, false);
  }

  /** Waits until all work is done. */
  public void synchronize() {
    long stream = handle();
    context.run(() -> Driver.streamSynchronize(stream));
  }

  /**
   * Makes work that comes later wait for an event.
   *
   * @param event the event, recorded on any stream
   */
  public void await(Event event) {
    long stream = handle();
    context.run(() -> Driver.streamWaitEvent(stream, event.handle(), 0));
  }

  Context context() {
    return context;
  }

  long handle() {
    if (closed.get()) {
      throw new IllegalStateException("the stream is closed");
    }
    return handle;
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true) && owned) {
      context.run(() -> Driver.streamDestroy(handle));
    }
  }
}
