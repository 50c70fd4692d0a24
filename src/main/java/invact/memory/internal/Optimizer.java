package invact.memory.internal;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Optimizers, by the numbers that they keep for each parameter, in the parameter's dtype. */
public enum Optimizer {
  /** Two moments. */
  ADAMW(2),
  /** With momentum: one. */
  SGD(1),
  /** None, as without momentum. */
  NONE(0);

  private final int states;

  Optimizer(int states) {
    this.states = states;
  }

  /**
   * The optimizer of a name.
   *
   * @param label {@code adamw}, {@code sgd} or {@code none}
   * @return the optimizer
   * @throws IllegalArgumentException if none has that name
   */
  public static Optimizer of(String label) {
    for (Optimizer each : values()) {
      if (each.label().equals(label)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "unknown optimizer '"
            + label
            + "': known are "
            + Arrays.stream(values()).map(Optimizer::label).collect(Collectors.joining(", ")));
  }

  /**
   * The name on the command line and in JSON.
   *
   * @return such as {@code adamw}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Numbers kept for each parameter. */
  int states() {
    return states;
  }
}
