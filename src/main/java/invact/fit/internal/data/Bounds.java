package invact.fit.internal.data;

/**
 * The interval of a parameter, and the coordinate s in which a search cannot leave it: MINUIT's
 * transformations [1], which lmfit uses too.
 *
 * <pre>
 * lower and upper   p = l + (u − l)·sin²s              MINUIT: l + (u − l)·(1 + sin q)/2, q = 2s − π/2
 * lower             p = l − 1 + √(s² + 1)
 * upper             p = u + 1 − √(s² + 1)
 * neither           p = s
 * </pre>
 *
 * <p>[1] F. James, M. Roos (1975), <i>MINUIT, a system for function minimization and analysis of
 * the parameter errors and correlations</i>, Comput. Phys. Commun. 10.
 *
 * @param lower the lower bound; −∞ for none
 * @param upper the upper bound; ∞ for none
 */
public record Bounds(double lower, double upper) {
  /** No bounds. */
  public static final Bounds NONE = new Bounds(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** At a bound dp/ds = 0: a search starts this part of the interval's scale inside. */
  private static final double INSIDE = 1e-3;

  /** An interval. */
  public Bounds {
    if (!(lower < upper)) {
      throw new IllegalArgumentException("the lower bound must be below the upper one");
    }
  }

  /**
   * Whether there is a lower bound.
   *
   * @return true if it is finite
   */
  public boolean hasLower() {
    return lower != Double.NEGATIVE_INFINITY;
  }

  /**
   * Whether there is an upper bound.
   *
   * @return true if it is finite
   */
  public boolean hasUpper() {
    return upper != Double.POSITIVE_INFINITY;
  }

  /**
   * Whether a parameter may have a value.
   *
   * @param p the value
   * @return true in the interval and at its ends
   */
  public boolean contains(double p) {
    return p >= lower && p <= upper;
  }

  /** The length by which distances from a bound are measured: the width, or the bound's size. */
  double scale() {
    if (hasLower() && hasUpper()) {
      return upper - lower;
    }
    return StrictMath.max(1, StrictMath.abs(hasLower() ? lower : hasUpper() ? upper : 1));
  }

  /** The nearest value that is a little inside. */
  double inside(double p) {
    double margin = INSIDE * scale();
    double above = hasLower() ? StrictMath.max(p, lower + margin) : p;
    return hasUpper() ? StrictMath.min(above, upper - margin) : above;
  }

  /** p of a coordinate, never outside. */
  double parameter(double s) {
    double p = s;
    if (hasLower() && hasUpper()) {
      double sine = StrictMath.sin(s);
      p = lower + (upper - lower) * (sine * sine);
    } else if (hasLower()) {
      p = lower + rise(s);
    } else if (hasUpper()) {
      p = upper - rise(s);
    }
    return StrictMath.min(StrictMath.max(p, lower), upper);
  }

  /** dp/ds. */
  double slope(double s) {
    if (hasLower() && hasUpper()) {
      return (upper - lower) * StrictMath.sin(2 * s);
    }
    double slope = s / StrictMath.hypot(s, 1);
    return hasLower() ? slope : hasUpper() ? -slope : 1;
  }

  /** The coordinate, not negative, of a value inside; p itself without bounds. */
  double coordinate(double p) {
    if (hasLower() && hasUpper()) {
      return StrictMath.asin(StrictMath.sqrt((p - lower) / (upper - lower)));
    }
    double distance = hasLower() ? p - lower : upper - p;
    return hasLower() || hasUpper() ? StrictMath.sqrt(distance * (distance + 2)) : p;
  }

  /** √(s² + 1) − 1, without cancellation. */
  private static double rise(double s) {
    return s * (s / (1 + StrictMath.hypot(s, 1)));
  }
}
