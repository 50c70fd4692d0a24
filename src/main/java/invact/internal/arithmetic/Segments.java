package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Table;
import invact.internal.program.Value;

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
 * −0; and c₁ there is −2⁻¹²⁶ instead of 0, for f(−0) = −0 (and for 2⁻¹⁴⁹, half of which is 0).
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
public final class Segments {
  /** The number of segments. */
  public static final int COUNT = 8;

  /** The degree of the polynomials. */
  public static final int DEGREE = 8;

  /** 1.5·2²³: adding it rounds a float below 2²² to an integer, which its low bits then are. */
  private static final float ROUNDER = 0x1.8p23f;

  private final float perUnit;
  private final float[] centres;
  private final float[][] coefficients;

  /**
   * A table made by {@code invact.fit.internal.tables}.
   *
   * @param perUnit segments in a unit of t
   * @param centres the segments' centres
   * @param coefficients a row for each power, ascending
   */
  Segments(float perUnit, float[] centres, float[][] coefficients) {
    this.perUnit = perUnit;
    this.centres = centres;
    this.coefficients = coefficients;
  }

  /**
   * Writes f(x).
   *
   * @param b writes it
   * @param x an F32 in the segments, or NaN
   * @param t |x|
   * @return f(x)
   */
  Value write(ProgramBuilder b, Value x, Value t) {
    Value scale = b.parameter("segments_per_unit", perUnit);
    Value segment = b.bits(b.fma(t, scale, b.constant(ROUNDER)));
    float[] halves = new float[COUNT];
    for (int s = 0; s < COUNT; s++) {
      halves[s] = half(s);
    }
    Table half = b.table("half", halves);
    Table centre = b.table("centre", centres);
    Value d = b.subtract(t, b.lookup(centre, segment));
    Value p =
        b.horner(
            d, DEGREE - 1, j -> b.lookup(b.table("c" + (j + 1), coefficients[j + 1]), segment));
    Value positive = b.fma(t, b.lookup(half, segment), b.multiply(b.constant(0.5f), x));
    return b.fma(p, d, b.add(positive, b.lookup(b.table("c0", coefficients[0]), segment)));
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
