package invact;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is said of bad input: one line that a terminal shows as it stands. */
public final class OneLine {
  private OneLine() {}

  /**
   * Requires a message of one line.
   *
   * @param message what an exception says
   */
  public static void require(String message) {
    assertTrue(message != null && !message.isBlank(), "there is no message");
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      // U+2028 and U+2029 end a line too.
      if (c < ' ' || c >= 0x7F && c <= 0x9F || c == 0x2028 || c == 0x2029) {
        throw new AssertionError(
            "character " + i + " is U+" + Integer.toHexString(c) + " in: " + message);
      }
    }
  }
}
