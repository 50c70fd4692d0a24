package invact.activation;

/** One of the two monotone parts of an activation; the border T = argmin f belongs to the right. */
public enum Branch {
  /** x &lt; T, where f falls; the indicator bit is 0. */
  LEFT("left"),
  /** x ≥ T, where f rises; the indicator bit is 1. */
  RIGHT("right");

  private final String label;

  Branch(String label) {
    this.label = label;
  }

  /**
   * The name in JSON, on the command line and in plots.
   *
   * @return {@code left} or {@code right}
   */
  public String label() {
    return label;
  }

  /**
   * The direction from T into this branch.
   *
   * @return −1 for left, +1 for right
   */
  public int sign() {
    return this == LEFT ? -1 : 1;
  }

  /**
   * The branch of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the branch
   * @throws IllegalArgumentException if no branch has that name
   */
  public static Branch of(String label) {
    for (Branch branch : values()) {
      if (branch.label.equals(label)) {
        return branch;
      }
    }
    throw new IllegalArgumentException("unknown branch '" + label + "': use left or right");
  }
}
