package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

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
public final class GeluGate {
  /** From here on, to both sides, e counts as 0. */
  public static final float LIMIT = 13.27f;

  /** How soon t falls: of the multiples of 1/64 the one that leaves f with the least error. */
  public static final float PULL = 0.53125f;

  /** φ(0) = 1/√(2π). */
  public static final float DENSITY = 0.3989423f;

  /** The degree of P. */
  public static final int DEGREE = 8;

  /**
   * P by ascending power: minimax, largest relative error of R before rounding 2.7·10⁻⁸. Remade by
   * {@code java -cp target/invact.jar invact.fit.internal.tables.Main GeluGate}.
   */
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

  private GeluGate() {}

  /** Writes f(a) and f′(a). */
  static Gate.Values write(ProgramBuilder b, Value a) {
    Value d = b.min(b.abs(a), b.constant(LIMIT));
    Value tail = tail(b, d);
    Value half = b.multiply(b.constant(-0.5f), d);
    Value exponent = b.multiply(d, half);
    Value e = new Exponential(b, exponent, b.fma(d, half, b.negate(exponent))).power();
    Value value = b.fma(b.negate(d), b.multiply(tail, e), Forward.positive(b, a));
    Value below = b.multiply(b.fma(d, b.constant(-DENSITY), tail), e);
    Value above = b.subtract(b.constant(1.0f), below);
    return new Gate.Values(value, b.select(b.lt(a, b.constant(0.0f)), below, above));
  }

  /** R. */
  private static Value tail(ProgramBuilder b, Value d) {
    Value one = b.constant(1.0f);
    Value t = b.divide(one, b.fma(d, b.constant(PULL), one));
    Value p = b.horner(t, DEGREE, j -> b.constant(TAIL[j]));
    return b.multiply(t, b.fma(b.multiply(d, t), p, b.constant(0.5f)));
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
