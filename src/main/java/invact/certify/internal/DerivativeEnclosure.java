package invact.certify.internal;

import invact.activation.Activation;
import invact.activation.internal.Scale;

/** f′ of an activation, enclosed at one number, and on an interval by a polynomial in doubles. */
final class DerivativeEnclosure {
  private static final Domain POINT = new Domain(Interval.ZERO, 0);

  /** Of the polynomial; intervals 2⁻⁹ of their distance from 0 leave a remainder below 10⁻¹². */
  private static final int ORDER = 6;

  /** Covers the roundings of Horner's scheme of that order, 2·6·2⁻⁵³ of Σ |c_k|·|d|ᵏ. */
  private static final double HORNER_ROUNDING = 0x1p-48;

  private final ActivationEnclosure activation;
  private final double settled;

  DerivativeEnclosure(Activation f) {
    activation = ActivationEnclosure.of(f);
    settled = activation.settled(Scale.of(f));
  }

  /**
   * A polynomial.
   *
   * @param centre x₀
   * @param c c₀, c₁ …
   * @param error |value(x) − f′(x)| is not above it, for all x of the interval whose distance from
   *     x₀ is a double
   */
  record Polynomial(double centre, double[] c, double error) {
    /** c₀ + c₁·(x − x₀) + …, in doubles. */
    double value(double x) {
      double d = x - centre;
      double value = c[c.length - 1];
      for (int k = c.length - 2; k >= 0; k--) {
        value = value * d + c[k];
      }
      return value;
    }
  }

  /** f′(x) of a finite number. */
  Interval at(double x) {
    if (StrictMath.abs(x) >= settled) {
      return limit(x);
    }
    return activation.at(TaylorForm.variable(POINT, Interval.of(x))).derivative().range();
  }

  /**
   * f′ on an interval.
   *
   * @param low the least x
   * @param high the largest x, on the same side of 0
   * @return a polynomial
   */
  Polynomial on(double low, double high) {
    double middle = (float) (0.5 * low + 0.5 * high);
    if (StrictMath.min(StrictMath.abs(low), StrictMath.abs(high)) >= settled) {
      Interval limit = limit(low);
      return new Polynomial(middle, new double[] {limit.middle()}, radius(limit));
    }
    Interval centre = Interval.of(middle);
    Domain domain = new Domain(new Interval(low, high).minus(centre), ORDER);
    return activation.at(TaylorForm.variable(domain, centre)).derivative().polynomial(middle);
  }

  private static Interval limit(double x) {
    double limit = x > 0 ? 1 : 0;
    return new Interval(limit - ActivationEnclosure.SETTLED, limit + ActivationEnclosure.SETTLED);
  }

  /** The largest distance of a number of an interval from its middle. */
  static double radius(Interval interval) {
    return interval.minus(Interval.of(interval.middle())).magnitude();
  }

  /**
   * The polynomial of a Taylor form's middles.
   *
   * @param centre x₀
   * @param c its terms; the last one is the remainder, and is left out
   * @param domain the distances
   */
  static Polynomial polynomial(double centre, Interval[] c, Domain domain) {
    double[] middles = new double[c.length - 1];
    Interval error = c[middles.length].times(domain.power(middles.length));
    Interval size = Interval.ZERO;
    for (int k = 0; k < middles.length; k++) {
      middles[k] = c[k].middle();
      Interval power = Interval.of(domain.power(k).magnitude());
      error = error.plus(c[k].minus(Interval.of(middles[k])).times(domain.power(k)));
      size = size.plus(Interval.of(StrictMath.abs(middles[k])).times(power));
    }
    double rounding = size.times(HORNER_ROUNDING).high();
    return new Polynomial(
        centre, middles, Interval.of(error.magnitude()).plus(Interval.of(rounding)).high());
  }
}
