package invact;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;

/**
 * What a test needs beside the JDK and may not find, such as Python or a graphics card: without it
 * the test is skipped, and says why; but {@code -Dinvact.require=python,cuda} makes the lack of
 * what it names a failure, so that a machine that is meant to run the test does.
 */
public final class Required {
  private static final List<String> REQUIRED =
      List.of(System.getProperty("invact.require", "").split(","));

  private Required() {}

  /**
   * Goes on only if something is there.
   *
   * @param what its name in {@code invact.require}
   * @param found whether it is there
   * @param remedy what is missing, and how to get it
   */
  public static void found(String what, boolean found, String remedy) {
    if (found) {
      return;
    }
    if (REQUIRED.contains(what)) {
      fail("invact.require names " + what + ", but " + remedy);
    }
    abort(remedy);
  }
}
