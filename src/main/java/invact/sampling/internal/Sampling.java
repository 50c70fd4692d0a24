package invact.sampling.internal;

/** How samples are laid out over a range of inputs; every sample has weight 1. */
public enum Sampling {
  /** Inputs uniform on the range, both ends included, then split at T. */
  UNIFORM_X("uniform-x"),
  /**
   * Outputs uniform on each branch's image of the range, both ends included: the left branch's is
   * [f(T), f(low)], the right one's [f(T), f(high)].
   */
  UNIFORM_Y("uniform-y");

  private final String label;

  Sampling(String label) {
    this.label = label;
  }

  /**
   * The name in JSON and on the command line.
   *
   * @return {@code uniform-x} or {@code uniform-y}
   */
  public String label() {
    return label;
  }

  /**
   * One of the two.
   *
   * @param uniformOutputs whether outputs are uniform, not inputs
   * @return the sampling
   */
  public static Sampling of(boolean uniformOutputs) {
    return uniformOutputs ? UNIFORM_Y : UNIFORM_X;
  }

  /**
   * The sampling of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the sampling
   * @throws IllegalArgumentException if no sampling has that name
   */
  public static Sampling of(String label) {
    for (Sampling sampling : values()) {
      if (sampling.label.equals(label)) {
        return sampling;
      }
    }
    throw new IllegalArgumentException(
        "unknown sampling '" + label + "': use uniform-x or uniform-y");
  }
}
