package invact.coefficients;

/**
 * A coefficient set or file that cannot be trusted; the message is one line of printable
 * characters: file, key, reason.
 */
public final class CoefficientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A line that a terminal can show; a file may have strings of any length. */
  private static final int LONGEST = 1000;

  /**
   * The failure of one file or set.
   *
   * @param message file, key and reason; characters that cannot be printed are escaped
   */
  public CoefficientException(String message) {
    super(printable(message));
  }

  /**
   * The failure of one file or set, with what caused it.
   *
   * @param message file, key and reason; characters that cannot be printed are escaped
   * @param cause the cause
   */
  public CoefficientException(String message, Throwable cause) {
    super(printable(message), cause);
  }

  private static String printable(String message) {
    StringBuilder line = new StringBuilder();
    message
        .codePoints()
        .takeWhile(character -> line.length() < LONGEST)
        .forEach(character -> {
          switch (Character.getType(character)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR,
                Character.PRIVATE_USE,
                Character.SURROGATE,
                Character.UNASSIGNED ->
                line.append("\\u").append("%04x".formatted(character));
            default -> line.appendCodePoint(character);
          }
        });
    return line.length() < LONGEST ? line.toString() : line.append(" …").toString();
  }
}
