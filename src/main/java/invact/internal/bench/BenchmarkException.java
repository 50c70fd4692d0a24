package invact.internal.bench;

/** A benchmark that cannot run, or whose answers are wrong; the message is one line saying why. */
public final class BenchmarkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchmarkException(String message) {
    super(message);
  }
}
