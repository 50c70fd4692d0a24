package invact.form.internal;

/**
 * Where on the root a form sits: the centre about which it takes powers, t = √u − centre, and the
 * cut-off, the height beyond which a form of the right branch is exactly 1, the limit of f′ for x →
 * ∞.
 *
 * <p>Both are parts of the form and of its name, not coefficients. The centre changes no
 * approximant, only how it is written, and with that how much of it rounding leaves. The cut-off is
 * chosen first, so that f′ beyond it is 1 to the precision wanted; a fit covers the heights up to
 * it.
 */
public final class ExpansionPoint {
  /** Doubles in this range print without an exponent. */
  private static final double LEAST = 1e-3;

  private static final double LARGEST = 1e6;

  private ExpansionPoint() {}

  public static void requireCentre(double centre) {
    if (!((centre >= LEAST && centre <= LARGEST) || Double.doubleToRawLongBits(centre) == 0)) {
      throw new IllegalArgumentException(
          "a centre must lie in [" + LEAST + ", " + LARGEST + "] or be 0: " + centre);
    }
  }

  public static void requireCutoff(double cutoff) {
    if (!((cutoff >= LEAST && cutoff <= LARGEST) || cutoff == Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a cut-off must lie in [" + LEAST + ", " + LARGEST + "] or be infinite: " + cutoff);
    }
  }

  /** What they add to the name of a form: nothing for a centre 0 and no cut-off. */
  public static String suffix(double centre, double cutoff) {
    return (centre == 0 ? "" : "-about-" + centre)
        + (cutoff == Double.POSITIVE_INFINITY ? "" : "-cut-" + cutoff);
  }

  /** What they add to a formula. */
  static String description(double centre, double cutoff) {
    return ", t = √u"
        + (centre == 0 ? "" : " − " + centre)
        + (cutoff == Double.POSITIVE_INFINITY ? "" : "; 1 where u > " + cutoff);
  }
}
