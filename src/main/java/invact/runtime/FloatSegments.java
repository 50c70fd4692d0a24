package invact.runtime;

/**
 * An activation f(x) = x·σ(x) with σ(−x) = 1 − σ(x), GELU or SiLU, by a polynomial on each of
 * {@value #COUNT} segments of t = |x|:
 *
 * <pre>
 * f(x) = (max(x, 0) + c₀) + d·p(d),   d = t − centre,   p(d) = c₁ + c₂·d + … + c₈·d⁷,
 * </pre>
 *
 * <p>as f(x) = max(x, 0) + f(−t). In segment 0, whose centre is 0, f(x) = x/2 + t²·r(t²) loses
 * less. So that both are one, max(x, 0) is x/2 + a·t, where a is ½ but in segment 0, where it is
 * −0.
 *
 * <p>The last fma, d·p added to the rest, has the only rounding error that counts. Those of p are
 * proportional to f(−t) − c₀, so the centres lie where that is least beside f(−t) and beside its
 * step from one t to the next: at 0, at −T, and so on. That and these make y monotone where f is:
 *
 * <ul>
 *   <li>c₀ is f(−centre) to about 10⁻³ of its own rounding error. The centre is that one of 2¹⁶
 *       neighbouring fp32 numbers at which f comes nearest to a multiple of a power of two (S.
 *       Gal's accurate tables).
 *   <li>That power of two is large enough for max(x, 0) + c₀ to be exact, as long as it is not too
 *       large beside c₀.
 * </ul>
 *
 * <p>Next to T all errors but the last rounding's are below 10⁻³ ulp: there y is f(x) correctly
 * rounded, except where f(x) is that near to the middle between two numbers.
 */
public final class FloatSegments {
  /** The number of segments. */
  public static final int COUNT = 8;

  /** The degree of the polynomials. */
  public static final int DEGREE = 8;

  /** Beside it a float has no fraction. */
  public static final float ROUNDER = 0x1.8p23f;

  private final float perUnit;
  private final float[] centres;
  private final float[][] coefficients;

  /**
   * A table made by {@code ForwardTablesTest}.
   *
   * @param perUnit segments in a unit of t
   * @param centres the segments' centres
   * @param coefficients a row for each power, ascending
   */
  FloatSegments(float perUnit, float[] centres, float[][] coefficients) {
    this.perUnit = perUnit;
    this.centres = centres;
    this.coefficients = coefficients;
  }

  /**
   * f(x).
   *
   * @param x a number in the segments, or NaN
   */
  float value(float x) {
    float t = Math.abs(x);
    int segment = Float.floatToRawIntBits(Math.fma(t, perUnit, ROUNDER)) & COUNT - 1;
    float d = t - centres[segment];
    float p = coefficients[DEGREE][segment];
    for (int j = DEGREE - 1; j > 0; j--) {
      p = Math.fma(p, d, coefficients[j][segment]);
    }
    float positive = Math.fma(t, half(segment), 0.5f * x);
    return Math.fma(p, d, positive + coefficients[0][segment]);
  }

  /**
   * Segments in a unit of t: segment k is where t times this rounds to k.
   *
   * @return the number
   */
  public float perUnit() {
    return perUnit;
  }

  /**
   * a, which makes x/2 + a·t max(x, 0), but x/2 in segment 0.
   *
   * @param segment the segment
   * @return ½, in segment 0 −0
   */
  public static float half(int segment) {
    return segment == 0 ? -0.0f : 0.5f;
  }

  /**
   * The centres of all segments.
   *
   * @return a copy
   */
  public float[] centres() {
    return centres.clone();
  }

  /**
   * One coefficient of all segments.
   *
   * @param j its power, 0 to {@value #DEGREE}
   * @return a copy
   */
  public float[] coefficients(int j) {
    return coefficients[j].clone();
  }
}
