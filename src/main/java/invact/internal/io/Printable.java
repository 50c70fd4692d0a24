package invact.internal.io;

/** Text that a terminal shows as it is. */
public final class Printable {
  /** The length beyond which a line is shortened: a file may have strings of any length. */
  private static final int LONGEST = 1000;

  private Printable() {}

  /**
   * A text as one line: characters that cannot be printed are escaped, what is too long is cut.
   *
   * @param text any text
   * @return at most some 1000 printable characters
   */
  public static String line(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .takeWhile(character -> line.length() < LONGEST)
        .forEach(character -> append(line, character));
    return line.length() < LONGEST ? line.toString() : line.append(" …").toString();
  }

  /**
   * Appends one character, escaped as {@code \\u001b} if it cannot be printed.
   *
   * @param text receives it
   * @param character a code point
   */
  public static void append(StringBuilder text, int character) {
    switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED -> {
        String digits = Integer.toHexString(character);
        text.append("\\u").append("0".repeat(Math.max(0, 4 - digits.length()))).append(digits);
      }
      default -> text.appendCodePoint(character);
    }
  }
}
