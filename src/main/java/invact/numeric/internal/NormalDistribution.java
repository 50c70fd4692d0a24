package invact.numeric.internal;

/**
 * The standard normal distribution: density φ(x) = exp(−x²/2)/√(2π) and distribution function Φ(x)
 * = ∫₋∞ˣ φ.
 *
 * <p>Φ goes through Mills' ratio R(t) = (1 − Φ(t))/φ(t), so that both tails keep their relative
 * precision and no change of scale to erf is needed. (1 + t)·R(t) is analytic in s = (t − 4)/(t +
 * 4) on [0, ∞] and is summed as one Chebyshev series, the mapping of M. M. Shepherd and J. G.
 * Laframboise, "Chebyshev approximation of (1 + 2x)exp(x²)erfc x in 0 ≤ x &lt; ∞", Math. Comp. 36
 * (1981) 249–253.
 *
 * <p>The JDK has no erf, and Commons Numbers' takes its exponential from {@link Math}, whose last
 * bit differs between processors; the coefficients this project writes must not.
 */
public final class NormalDistribution {
  /** 1/√(2π). */
  private static final double INVERSE_SQRT_TWO_PI = 0.3989422804014327;

  private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;

  private static final double SQRT_TWO = 1.4142135623730951;

  /** Terms of erf's series: 1/(n!·(2n + 1)) is below 2⁻⁵⁷ beyond them. */
  private static final int ERF_TERMS = 18;

  private static final double MILLS_CENTRE = 4.0;

  /**
   * Chebyshev coefficients of (1 + t)·R(t) in s = (t − 4)/(t + 4); with 60 digits from 64 Chebyshev
   * nodes, cut where they fall below 2⁻⁵⁵. Remade by {@code java -cp target/invact.jar
   * invact.fit.internal.tables.Main NormalDistribution}.
   */
  private static final double[] MILLS = {
    1.1670525350882472,
    -0.1610195767134654,
    -0.028002821825452974,
    0.03167452189239266,
    -0.012103231162345369,
    0.0027056129762167095,
    -0.00029931636202703166,
    -1.716686526879361e-05,
    1.0178489264109868e-05,
    -4.894829570004193e-07,
    -2.844006500151049e-07,
    3.0766283713811374e-08,
    9.180378674469406e-09,
    -1.275610221380996e-09,
    -3.6602793761051923e-10,
    4.592635934851362e-11,
    1.718931468759508e-11,
    -1.272683369887703e-12,
    -8.668081913142052e-13,
    1.1061557715767221e-15,
    4.275021085128222e-14,
    3.790937797561327e-15,
    -1.847410179276318e-15,
    -4.041908118542524e-16,
    5.3408671613106876e-17,
    2.941491622207365e-17,
  };

  private NormalDistribution() {}

  /**
   * φ(x) = exp(−x²/2)/√(2π).
   *
   * <p>φ(±∞) = 0, φ(NaN) = NaN. Where the result is subnormal, it has fewer digits.
   *
   * @param x any number
   * @return the density at {@code x}
   */
  public static double density(double x) {
    double square = x * x;
    if (square == Double.POSITIVE_INFINITY) {
      return 0.0;
    }
    // exp(−x²/2) loses x²/2 ulp to the rounding of the square unless its low part is put back.
    double low = StrictMath.fma(x, x, -square);
    double power = StrictMath.exp(-0.5 * square);
    return INVERSE_SQRT_TWO_PI * (power - power * (0.5 * low));
  }

  /**
   * Φ(x) = P[Z ≤ x] for standard normal Z, = ½ erfc(−x/√2).
   *
   * <p>Φ(−∞) = 0, Φ(+∞) = 1, Φ(NaN) = NaN. Error below 3.5 ulp, RMS below 1 ulp, for −37.5 ≤ x ≤
   * 40; measured against 40-digit values on the points of {@code reference/gelu.csv}.
   *
   * @param x any number
   * @return the probability, in [0, 1]
   */
  public static double cumulative(double x) {
    double tail = density(x) * millsRatio(StrictMath.abs(x));
    return x > 0 ? 1.0 - tail : tail;
  }

  /**
   * erf(x) = 2/√π·∫₀ˣ exp(−t²) dt, to full relative precision: odd, erf(±0) = ±0, erf(±∞) = ±1,
   * erf(NaN) = NaN.
   *
   * <p>Below 1 by its Maclaurin series, whose first term outweighs the others; else as 1 −
   * erf′(x)·R(√2·x)/√2, R Mills' ratio. Error below 2 ulp; measured against 40-digit values on the
   * points of {@code reference/functions.csv}.
   *
   * @param x any number
   * @return the value, in [−1, 1]
   */
  public static double erf(double x) {
    double size = StrictMath.abs(x);
    if (!(size < 1)) {
      double tail = erfSlope(size) * millsRatio(SQRT_TWO * size) / SQRT_TWO;
      return StrictMath.copySign(1.0 - tail, x);
    }
    double square = x * x;
    double sum = 0;
    for (int n = ERF_TERMS; n >= 1; n--) {
      sum = -square / n * (1.0 / (2 * n + 1) + sum);
    }
    return TWO_OVER_SQRT_PI * (x * (1 + sum));
  }

  /**
   * erf′(x) = 2/√π·exp(−x²); 0 at ±∞, NaN at NaN.
   *
   * @param x any number
   * @return the slope of erf at {@code x}
   */
  public static double erfSlope(double x) {
    double square = x * x;
    if (square == Double.POSITIVE_INFINITY) {
      return 0.0;
    }
    double power = StrictMath.exp(-square);
    return TWO_OVER_SQRT_PI * (power - power * StrictMath.fma(x, x, -square));
  }

  /** R(t) = (1 − Φ(t))/φ(t) for t ≥ 0, by Clenshaw's recurrence; R(+∞) = 0. */
  private static double millsRatio(double t) {
    if (t == Double.POSITIVE_INFINITY) {
      return 0.0;
    }
    double s = (t - MILLS_CENTRE) / (t + MILLS_CENTRE);
    double twice = 2.0 * s;
    double b1 = 0.0;
    double b2 = 0.0;
    for (int j = MILLS.length - 1; j > 0; j--) {
      double b = twice * b1 - b2 + MILLS[j];
      b2 = b1;
      b1 = b;
    }
    return (s * b1 - b2 + MILLS[0]) / (1.0 + t);
  }
}
