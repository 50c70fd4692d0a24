package invact.approx;

/**
 * The lift beyond which a form of the right branch is exactly 1, the limit of f′ for x → ∞; +∞ if
 * there is none.
 *
 * <p>It is part of the form and of its name, not a coefficient: a fit covers the lifts up to it,
 * and it is chosen first, so that f′ beyond it is 1 to the precision wanted.
 */
final class Cutoff {
  /** Doubles in this range print without an exponent. */
  private static final double LEAST = 1e-3;

  private static final double LARGEST = 1e6;

  private Cutoff() {}

  static void require(double cutoff) {
    if (!((cutoff >= LEAST && cutoff <= LARGEST) || cutoff == Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a cut-off must lie in [" + LEAST + ", " + LARGEST + "] or be infinite: " + cutoff);
    }
  }

  /** What the cut-off adds to the name of a form: nothing if there is none. */
  static String suffix(double cutoff) {
    return cutoff == Double.POSITIVE_INFINITY ? "" : "-cut-" + cutoff;
  }

  /** What the cut-off adds to a formula. */
  static String condition(double cutoff) {
    return cutoff == Double.POSITIVE_INFINITY ? "" : "; 1 where u > " + cutoff;
  }

  /** A comparison and a selection if there is one. */
  static Cost cost(double cutoff) {
    return cutoff == Double.POSITIVE_INFINITY ? Cost.NONE : new Cost(2, 0, 0, 0, 0);
  }
}
