package invact.coefficient;

/** A coefficient file that cannot be trusted; the message is one line: file, key, reason. */
public final class CoefficientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * The failure of one file.
   *
   * @param message file, key and reason
   */
  public CoefficientException(String message) {
    super(message);
  }

  /**
   * The failure of one file, with what caused it.
   *
   * @param message file, key and reason
   * @param cause the cause
   */
  public CoefficientException(String message, Throwable cause) {
    super(message, cause);
  }
}
