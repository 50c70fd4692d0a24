package invact.runtime;

/**
 * GELU as a gate in fp32. With d = |a|, e = exp(−d²/2) and R = Φ(−d)/e, which falls slowly from ½
 * to 1/(d·√(2π)):
 *
 * <pre>
 * f  = −d·R·e          f′ = (R − d·φ(0))·e          for a &lt; 0
 * f  = a − d·R·e       f′ = 1 − (R − d·φ(0))·e      for a ≥ 0
 * R  = t·(½ + d·t·P(t)),  t = 1/(1 + {@value #PULL}·d)
 * </pre>
 *
 * <p>P is a polynomial. The ½ stands by itself because there, next to 0, R's slope is largest, and
 * a polynomial in t alone would multiply the rounding error of t. d² = −2·(E + c) exactly, c the
 * rounding error of E.
 *
 * <p>f is off by at most 4.9 ulp where |f| ≥ 2⁻¹⁰⁰, f′ by at most 1.5·10⁻⁷. Measured against double
 * precision over all fp32 inputs of 2⁻²⁴ to 2⁷ in size ({@code ExhaustiveGateTest}).
 */
public record FloatGeluGate() implements FloatGate {
  /** From here on, to both sides, e counts as 0. */
  public static final float LIMIT = 13.27f;

  /** How soon t falls: of the multiples of 1/64 the one that leaves f with the least error. */
  public static final float PULL = 0.53125f;

  /** φ(0) = 1/√(2π). */
  public static final float DENSITY = 0.3989423f;

  /** The degree of P. */
  public static final int DEGREE = 8;

  /** P by ascending power; made by {@code GateTablesTest}. */
  private static final float[] TAIL = {
    -0.15302442f,
    -0.04070406f,
    0.0438217f,
    0.03278377f,
    0.114264674f,
    -0.34858066f,
    0.35962903f,
    -0.17653622f,
    0.035029337f
  };

  @Override
  public float value(float a) {
    float d = distance(a);
    return Math.fma(-d, tail(d) * power(d), a < 0 ? -0.0f : a);
  }

  @Override
  public float derivative(float a) {
    float d = distance(a);
    float below = Math.fma(d, -DENSITY, tail(d)) * power(d);
    return a < 0 ? below : 1.0f - below;
  }

  /** |a|, held to where fp32 tells f from its limits. */
  private static float distance(float a) {
    float size = Math.abs(a);
    return size > LIMIT ? LIMIT : size;
  }

  /** e. */
  private static float power(float d) {
    float half = -0.5f * d;
    float exponent = d * half;
    return FloatGate.power(exponent, Math.fma(d, half, -exponent));
  }

  /** R. */
  private static float tail(float d) {
    float t = 1.0f / Math.fma(d, PULL, 1.0f);
    float p = TAIL[DEGREE];
    for (int j = DEGREE - 1; j >= 0; j--) {
      p = Math.fma(p, t, TAIL[j]);
    }
    return t * Math.fma(d * t, p, 0.5f);
  }

  /**
   * One coefficient of P.
   *
   * @param j its power, 0 to {@value #DEGREE}
   * @return the coefficient
   */
  public static float coefficient(int j) {
    return TAIL[j];
  }
}
