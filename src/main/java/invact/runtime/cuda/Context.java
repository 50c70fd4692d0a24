package invact.runtime.cuda;

import invact.runtime.cuda.internal.Cuda;
import invact.runtime.cuda.internal.DriverContext;
import java.util.Optional;

/**
 * A CUDA context: what streams, buffers and kernels belong to.
 *
 * <p>It is current for the length of each call alone, so that a calling thread finds its own
 * context again as it left it. Threads may share a context.
 */
public final class Context implements AutoCloseable {
  private final DriverContext driver;

  private Context(DriverContext driver) {
    this.driver = driver;
  }

  /**
   * What keeps the GPU runtime from running here.
   *
   * @return nothing if it can run; else one line that says what is missing and what to do about it
   */
  public static Optional<String> obstacle() {
    return Cuda.obstacle();
  }

  /**
   * The primary context of a device: the one that CUDA's runtime, and with it most frameworks, use
   * too.
   *
   * @param ordinal the device
   * @return a context that holds on to it until it is closed
   * @throws CudaException if there is an {@link #obstacle()}, or no such device
   */
  public static Context primary(int ordinal) {
    obstacle()
        .ifPresent(obstacle -> {
          throw new CudaException("CUDA is not available: " + obstacle);
        });
    return new Context(DriverContext.primary(ordinal));
  }

  /**
   * The context that is current in this thread, which stays its owner's.
   *
   * @return the context; closing it changes nothing
   * @throws IllegalStateException if there is none
   */
  public static Context current() {
    return new Context(DriverContext.current());
  }

  /**
   * The {@code CUcontext}, for other libraries.
   *
   * @return the handle, to be used no longer than this is open
   */
  public long handle() {
    return driver.handle();
  }

  DriverContext driver() {
    return driver;
  }

  /** Lets go of the device. What belongs to the context must be closed before. */
  @Override
  public void close() {
    driver.close();
  }
}
