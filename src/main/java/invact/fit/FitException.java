package invact.fit;

/** A fit that reached no answer; the message is one line that names what failed and the remedy. */
public final class FitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Reports a failed fit. */
  public FitException(String message) {
    super(message);
  }

  /** Reports a failed fit and what made it fail. */
  public FitException(String message, Throwable cause) {
    super(message, cause);
  }
}
