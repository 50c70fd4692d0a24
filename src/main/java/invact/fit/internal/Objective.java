package invact.fit.internal;

/** What a fit minimises. */
public enum Objective {
  /** The sum of squared errors of q over the samples, in the target's own space. */
  LEAST_SQUARES("least-squares"),
  /** The largest error of f′ over the whole branch. */
  MINIMAX("minimax");

  private final String label;

  Objective(String label) {
    this.label = label;
  }

  /**
   * The name in JSON and on the command line.
   *
   * @return {@code least-squares} or {@code minimax}
   */
  public String label() {
    return label;
  }

  /**
   * The objective of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the objective
   * @throws IllegalArgumentException if no objective has that name
   */
  public static Objective of(String label) {
    for (Objective objective : values()) {
      if (objective.label.equals(label)) {
        return objective;
      }
    }
    throw new IllegalArgumentException(
        "unknown objective '" + label + "': use least-squares or minimax");
  }
}
