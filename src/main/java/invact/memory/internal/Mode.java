package invact.memory.internal;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a model is trained. */
public enum Mode {
  /** As transformers and PyTorch do it in eager mode. */
  NATIVE,
  /** Activations and gated units keep their output. */
  INVERTED,
  /** Outputs of activations and gated units are freed and computed again. */
  RECOMPUTE,
  /** {@link #INVERTED}, and norms keep their output. */
  NORMS,
  /** Every layer keeps its input alone and is computed again. */
  CHECKPOINT;

  /**
   * The mode of a name.
   *
   * @param label such as {@code inverted}
   * @return the mode
   * @throws IllegalArgumentException if no mode has that name
   */
  public static Mode of(String label) {
    for (Mode mode : values()) {
      if (mode.label().equals(label)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "unknown mode '"
            + label
            + "': known are "
            + Arrays.stream(values()).map(Mode::label).collect(Collectors.joining(", ")));
  }

  /**
   * The name on the command line and in JSON.
   *
   * @return such as {@code inverted}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean convertsActivations() {
    return this == INVERTED || this == RECOMPUTE || this == NORMS;
  }
}
