package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** The driver's functions on streams, which are their handles. */
public final class DriverStream {
  private static final NativeFunction CREATE =
      Driver.LIBRARY.function("cuStreamCreate", ADDRESS, JAVA_INT);
  private static final NativeFunction DESTROY =
      Driver.LIBRARY.function("cuStreamDestroy_v2", JAVA_LONG);
  private static final NativeFunction SYNCHRONIZE =
      Driver.LIBRARY.function("cuStreamSynchronize", JAVA_LONG);

  /** {@code CU_STREAM_NON_BLOCKING} of cuda.h: the stream does not wait for the default stream. */
  private static final int NON_BLOCKING = 1;

  private DriverStream() {}

  /** A new stream, which does not wait for the default stream. */
  public static long create(DriverContext context) {
    return context.stored(stream -> CREATE.call(f -> (int) f.invokeExact(stream, NON_BLOCKING)));
  }

  /** Ends a stream that {@link #create} made. */
  public static void destroy(DriverContext context, long stream) {
    context.run(() -> DESTROY.call(f -> (int) f.invokeExact(stream)));
  }

  /** Waits until all work of a stream is done. */
  public static void synchronize(DriverContext context, long stream) {
    context.run(() -> SYNCHRONIZE.call(f -> (int) f.invokeExact(stream)));
  }
}
