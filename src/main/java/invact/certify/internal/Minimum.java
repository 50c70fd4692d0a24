package invact.certify.internal;

import invact.activation.Activation;

/**
 * T and f(T) in intervals: f′ changes its sign between the ends of the first.
 *
 * @param argmin an interval that holds T
 * @param value an interval that holds f(T)
 */
record Minimum(Interval argmin, Interval value) {
  /** T is known to an ulp; f′ is enclosed to some, and its slope is of the order of 1. */
  private static final int MOST_DOUBLINGS = 20;

  static Minimum of(Activation activation, ActivationEnclosure enclosure) {
    double t = activation.argmin();
    for (int k = 0; k < MOST_DOUBLINGS; k++) {
      double distance = StrictMath.scalb(StrictMath.ulp(t), k);
      Interval argmin = new Interval(t - distance, t + distance);
      boolean falls = at(enclosure, Interval.of(argmin.low())).derivative().range().high() < 0;
      boolean rises = at(enclosure, Interval.of(argmin.high())).derivative().range().low() > 0;
      if (falls && rises) {
        // f(T) = f(t) + f′(ξ)·(T − t).
        Interval slope = at(enclosure, argmin).derivative().range();
        Interval there = at(enclosure, Interval.of(t)).value().range();
        return new Minimum(argmin, there.plus(slope.times(argmin.minus(Interval.of(t)))));
      }
    }
    throw new CertificateException(
        "T = " + t + " of " + activation.name() + " cannot be proved to be its argmin");
  }

  private static ActivationEnclosure.Both at(ActivationEnclosure enclosure, Interval x) {
    return enclosure.at(TaylorForm.variable(new Domain(Interval.ZERO, 0), x));
  }
}
