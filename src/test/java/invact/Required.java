package invact;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;

/**
 * What tests need that not every machine has. A test without it is skipped, or fails where {@code
 * -Dinvact.require=NAME,NAME…} names it.
 */
public final class Required {
  private static final List<String> NAMES =
      List.of(System.getProperty("invact.require", "").split(","));

  private Required() {}

  /**
   * Skips the test that calls this, or fails it.
   *
   * @param name of what is missing
   * @param reason what exactly, and how to come by it
   */
  public static void missing(String name, String reason) {
    String message = "no " + name + ": " + reason;
    if (NAMES.contains(name)) {
      fail(message);
    }
    abort(message);
  }
}
