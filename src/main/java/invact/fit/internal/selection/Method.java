package invact.fit.internal.selection;

/** Where the coefficients of a candidate come from, by the names that coefficient sets use. */
public enum Method {
  /** The largest error on the exact function is least. */
  MINIMAX("minimax"),
  /** Least squares to the mean of f′ over the inputs that share a rounded output. */
  CONDITIONAL_MEAN("conditional-mean"),
  /** Printed in the paper. */
  PUBLISHED("published");

  private final String label;

  Method(String label) {
    this.label = label;
  }

  /**
   * The name in JSON and tables.
   *
   * @return a lower-case name
   */
  public String label() {
    return label;
  }
}
