package invact.export;

/** Sets that cannot be exported; the message is one line: set, reason, remedy. */
public final class ExportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param message set, reason and remedy
   */
  public ExportException(String message) {
    super(message);
  }

  /**
   * A refusal, with what caused it.
   *
   * @param message set, reason and remedy
   * @param cause the cause
   */
  public ExportException(String message, Throwable cause) {
    super(message, cause);
  }
}
