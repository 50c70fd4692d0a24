package invact.coefficients;

import invact.internal.io.Printable;

/**
 * A coefficient set or file that cannot be trusted; the message is one line of printable
 * characters: file, key, reason.
 */
public final class CoefficientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * The failure of one file or set.
   *
   * @param message file, key and reason; characters that cannot be printed are escaped
   */
  public CoefficientException(String message) {
    super(Printable.line(message));
  }

  /**
   * The failure of one file or set, with what caused it.
   *
   * @param message file, key and reason; characters that cannot be printed are escaped
   * @param cause the cause
   */
  public CoefficientException(String message, Throwable cause) {
    super(Printable.line(message), cause);
  }
}
