package invact.runtime.cuda;

import invact.runtime.cuda.internal.DriverContext;
import invact.runtime.cuda.internal.DriverStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** A queue of work on a device. Threads may share it. */
public final class Stream implements AutoCloseable {
  private final DriverContext context;
  private final long handle;
  private final boolean isOwned;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Stream(DriverContext context, long handle, boolean isOwned) {
    this.context = context;
    this.handle = handle;
    this.isOwned = isOwned;
  }

  /**
   * A new stream, which does not wait for the default stream.
   *
   * @param context the context
   * @return the stream
   */
  public static Stream create(Context context) {
    return new Stream(context.driver(), DriverStream.create(context.driver()), true);
  }

  /**
   * A stream that stays its owner's.
   *
   * @param context the context it belongs to
   * @param handle a {@code CUstream} or {@code cudaStream_t}; 0 is the default stream
   * @return the stream; closing it does not destroy it
   */
  public static Stream foreign(Context context, long handle) {
    return new Stream(context.driver(), handle, false);
  }

  /** Waits until all work is done. */
  public void synchronize() {
    DriverStream.synchronize(context, handle());
  }

  /**
   * The {@code CUstream}, for other libraries.
   *
   * @return the handle, to be used no longer than this is open
   * @throws IllegalStateException if the stream is closed
   */
  public long handle() {
    if (closed.get()) {
      throw new IllegalStateException("the stream is closed");
    }
    return handle;
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true) && isOwned) {
      DriverStream.destroy(context, handle);
    }
  }
}
