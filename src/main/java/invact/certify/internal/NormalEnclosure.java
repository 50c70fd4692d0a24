package invact.certify.internal;

/**
 * The standard normal distribution in intervals: φ(x) = exp(−x²/2)/√(2π), Φ(x) = ∫₋∞ˣ φ. erf(x) =
 * 2Φ(√2·x) − 1.
 *
 * <p>Next to 0 by the series Φ(t) = ½ + φ(t)·Σ t²ᵏ⁺¹/(1·3·…·(2k + 1)), whose terms are positive for
 * t &gt; 0: what is left out after K terms is at most the next one times 1/(1 − t²/(2K + 3)), the
 * sum of a geometric series. Further out by Laplace's continued fraction of Mills' ratio,
 *
 * <pre>
 * 1 − Φ(t) = φ(t)/(t + 1/(t + 2/(t + 3/(t + …))))
 * </pre>
 *
 * <p>whose end from some level n on lies between t and t + n/t (M. Abramowitz and I. A. Stegun,
 * "Handbook of Mathematical Functions", 26.2.11 and 26.2.14). So both tails keep their relative
 * precision.
 */
final class NormalEnclosure {
  private static final Interval HALF = Interval.of(0.5);

  /** 1/√(2π). */
  private static final Interval DENSITY_AT_0 = Interval.ONE.dividedBy(Interval.PI.times(2).sqrt());

  /** From here on the continued fraction needs no more levels than these for 53 bits. */
  private static final double FRACTION_FROM = 3;

  private static final int LEVELS = 80;

  /** Enough for t up to {@link #FRACTION_FROM}; of a subnormal t no term is below a share. */
  private static final int MOST_TERMS = 100;

  /** Terms below this share of the sum change nothing. */
  private static final double NEGLIGIBLE = 0x1p-60;

  private NormalEnclosure() {}

  /** φ of a function. */
  static TaylorForm density(TaylorForm x) {
    return x.times(x).times(Interval.of(-0.5)).exp().times(DENSITY_AT_0);
  }

  /** φ, for the numbers of an interval. */
  static Interval density(Interval x) {
    return x.power(2).times(-0.5).exp().times(DENSITY_AT_0);
  }

  /** Φ, which rises, of finite numbers. */
  static Interval cumulative(Interval x) {
    return new Interval(cumulative(x.low()).low(), cumulative(x.high()).high());
  }

  private static Interval cumulative(double x) {
    Interval t = Interval.of(StrictMath.abs(x));
    Interval upper = t.low() < FRACTION_FROM ? HALF.minus(partFrom0(t)) : tail(t);
    return x < 0 ? upper : Interval.ONE.minus(upper);
  }

  /** Φ(t) − ½. */
  private static Interval partFrom0(Interval t) {
    Interval square = t.times(t);
    Interval term = t;
    Interval sum = t;
    int k = 0;
    while (term.high() > NEGLIGIBLE * sum.low() && k < MOST_TERMS) {
      k++;
      term = term.times(square).dividedBy(Interval.of(2 * k + 1));
      sum = sum.plus(term);
    }
    Interval ratio = square.dividedBy(Interval.of(2 * k + 3));
    Interval rest = term.times(ratio).dividedBy(Interval.ONE.minus(ratio));
    return density(t).times(sum.plus(Interval.ZERO.hull(rest)));
  }

  /** 1 − Φ(t). */
  private static Interval tail(Interval t) {
    Interval level = t.hull(t.plus(Interval.of(LEVELS).dividedBy(t)));
    for (int k = LEVELS - 1; k >= 1; k--) {
      level = t.plus(Interval.of(k).dividedBy(level));
    }
    return density(t).dividedBy(level);
  }
}
