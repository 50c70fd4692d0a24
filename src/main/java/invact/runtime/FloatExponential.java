package invact.runtime;

/**
 * e^E in fp32 for E ≤ 0, as 2^k·(1 + v) with k = round(E·log₂e):
 *
 * <pre>
 * z = fma(E, log₂e, 1.5·2²³ + 191)   the low bits of z are k + 191
 * r = E − k·ln 2                      with ln 2 in two parts, the first of which leaves no rounding
 * v = e^r − 1 = fma(r·r, s(r), r)     s by Horner
 * </pre>
 *
 * <p>The pattern of z shifted left by 23 is 2^(k + 64), which is a normal number even where 2^k is
 * not. A last product with 2⁻⁶⁴ is then the only operation that can have a subnormal result.
 */
public final class FloatExponential {
  /** log₂e. */
  public static final float LOG2_E = 1.442695f;

  /** 1.5·2²³, beside which a float has no fraction, and the exponent's bias 127 + 64. */
  public static final float ROUNDER = 0x1.8p23f + 191;

  /** The first 15 bits of ln 2. */
  public static final float LN2_HIGH = 0x1.62e4p-1f;

  /** The rest of ln 2. */
  public static final float LN2_LOW = 1.4286068e-6f;

  /** Takes back the 64 of 2^(k + 64). */
  public static final float UNSCALE = 0x1p-64f;

  /** s(r) = (e^r − 1 − r)/r² = S₀ + S₁·r + … + S₄·r⁴; made by {@code ForwardTablesTest}. */
  public static final float S0 = 0.49999994f;

  /** Of r. */
  public static final float S1 = 0.16666521f;

  /** Of r². */
  public static final float S2 = 0.04166839f;

  /** Of r³. */
  public static final float S3 = 0.00836871f;

  /** Of r⁴. */
  public static final float S4 = 0.0013814612f;

  private FloatExponential() {}

  /** z of E, from −130 to 0. */
  static float bits(float exponent) {
    return Math.fma(exponent, LOG2_E, ROUNDER);
  }

  /**
   * v of E + rest.
   *
   * @param z z of E
   * @param exponent E
   * @param rest at most half an ulp of E, or 0
   */
  static float excess(float z, float exponent, float rest) {
    float k = z - ROUNDER;
    float r = Math.fma(k, -LN2_HIGH, exponent) + Math.fma(k, -LN2_LOW, rest);
    float s = Math.fma(S4, r, S3);
    s = Math.fma(s, r, S2);
    s = Math.fma(s, r, S1);
    s = Math.fma(s, r, S0);
    return Math.fma(r * r, s, r);
  }

  /** 2^(k + 64). */
  static float scale(float z) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(z) << 23);
  }
}
