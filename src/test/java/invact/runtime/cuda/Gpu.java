package invact.runtime.cuda;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/** The device that tests run on. */
final class Gpu implements AutoCloseable {
  final Context context;
  final Stream stream;
  final Kernels kernels;

  /** Skips the test without a GPU; {@code -Dinvact.require=cuda} makes that a failure. */
  Gpu() {
    Cuda.obstacle()
        .ifPresent(obstacle -> {
          String reason = "no CUDA: " + obstacle;
          if ("cuda".equals(System.getProperty("invact.require"))) {
            fail(reason);
          }
          abort(reason);
        });
    context = Context.primary(0);
    stream = Stream.create(context);
    kernels = Kernels.load(context);
  }

  @Override
  public void close() {
    kernels.close();
    stream.close();
    context.close();
  }
}
