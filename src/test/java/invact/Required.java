package invact;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import java.util.Optional;

/**
 * What some tests need beside Java. A test without it is skipped; {@code -Dinvact.require=cc,cuda}
 * makes that a failure.
 */
public final class Required {
  private Required() {}

  /**
   * Skips the test that calls this, or fails it, if something is missing.
   *
   * @param name what {@code -Dinvact.require} calls it
   * @param obstacle what is missing, if anything
   */
  public static void orSkip(String name, Optional<String> obstacle) {
    obstacle.ifPresent(reason -> {
      if (List.of(System.getProperty("invact.require", "").split(",")).contains(name)) {
        fail(reason);
      }
      abort(reason);
    });
  }
}
