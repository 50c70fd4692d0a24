package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * GELU in fp32: {@link Segments} for |x| below {@value #LIMIT}, beyond that with t = |x|
 *
 * <pre>
 * f(x) = max(x, 0) + f(−t),   f(−t) = −t·Φ(−t) = q(1/t²)·exp(−t²/2)
 * </pre>
 *
 * <p>q a polynomial: t·Φ(−t)/φ(t) = 1 − 1/t² + 3/t⁴ − … for large t. t² = −2·(E + rest) exactly.
 */
public final class GeluForward {
  /** The least |x| beyond the segments. */
  public static final float LIMIT = 4.75f;

  /** y is −0 from −15 down, and x itself from 15 up. */
  public static final float END = 15.0f;

  /**
   * q(s) = Q₀ + Q₁·s + … + Q₅·s⁵: minimax, largest relative error before rounding 2⁻²⁷. Remade by
   * {@code java -cp target/invact.jar invact.fit.internal.tables.Main GeluForward}.
   */
  private static final float[] Q = {
    -0.39894223f, 0.3989218f, -1.1935202f, 5.725883f, -30.960472f, 110.07014f
  };

  /**
   * Minimax, largest relative error before rounding 2⁻²⁷. Remade by the same command as {@link #Q}.
   */
  public static final Segments SEGMENTS =
      new Segments(
          1.5625f,
          new float[] {
            0.0f, 0.7535874f, 1.0308558f, 2.0595338f, 2.7255895f, 3.4017265f, 4.0432444f, 4.7103376f
          },
          new float[][] {
            {
              -0.0f,
              -0.16997051f,
              -0.15597284f,
              -0.040617228f,
              -0.008747339f,
              -0.0011389256f,
              -1.06573105E-4f,
              -5.8244914E-6f
            },
            {
              -1.1754944E-38f,
              7.7366893E-4f,
              0.090438545f,
              0.07881785f,
              0.02328901f,
              0.003832325f,
              4.283731E-4f,
              2.7343012E-5f
            },
            {
              0.3989423f,
              0.21504958f,
              0.109905936f,
              -0.053627133f,
              -0.026389752f,
              -0.0058627184f,
              -8.068279E-4f,
              -6.124225E-5f
            },
            {
              0.0f,
              -0.12946047f,
              -0.11834667f,
              0.003969194f,
              0.015143073f,
              0.0052587455f,
              9.358214E-4f,
              8.663042E-5f
            },
            {
              -0.06649032f,
              -0.0043453625f,
              0.022562074f,
              0.015350133f,
              -0.0029106184f,
              -0.0029044312f,
              -7.349065E-4f,
              -8.619893E-5f
            },
            {
              0.0f,
              0.022782644f,
              0.015020204f,
              -0.008760713f,
              -0.0018819628f,
              8.5472857E-4f,
              3.9952557E-4f,
              6.342403E-5f
            },
            {
              0.009971484f,
              -0.0024805337f,
              -0.0064263754f,
              8.789967E-4f,
              0.0015110178f,
              3.4849974E-5f,
              -1.4004717E-4f,
              -3.492517E-5f
            },
            {
              0.0f,
              -0.0028482785f,
              -7.6863455E-4f,
              9.711922E-4f,
              -4.066032E-4f,
              -1.53763E-4f,
              3.0602285E-5f,
              1.4550272E-5f
            },
            {
              -0.001160718f,
              2.61281E-4f,
              6.747069E-4f,
              -3.0126754E-4f,
              -1.4673657E-4f,
              6.879514E-5f,
              2.0245721E-5f,
              -3.9372835E-6f
            }
          });

  private GeluForward() {}

  /** Writes f(x). */
  static Value write(ProgramBuilder b, Value x) {
    Value t = b.abs(x);
    Value near = SEGMENTS.write(b, x, t);
    return b.rarely(b.ge(t, b.constant(LIMIT)), near, () -> far(b, x, t));
  }

  /** f(x) for t = |x| beyond the segments. */
  private static Value far(ProgramBuilder b, Value x, Value t) {
    Value held = b.min(t, b.constant(END));
    Value half = b.multiply(b.constant(-0.5f), held);
    Value exponent = b.multiply(held, half);
    Exponential power = new Exponential(b, exponent, b.fma(held, half, b.negate(exponent)));
    Value s = b.divide(b.constant(-0.5f), exponent);
    Value q = b.horner(s, Q.length - 1, j -> b.constant(Q[j]));
    Value product = b.multiply(b.fma(q, power.excess(), q), power.scale());
    return b.fma(product, b.constant(Exponential.UNSCALE), Forward.positive(b, x));
  }

  /**
   * One coefficient of q.
   *
   * @param j its power, 0 to 5
   * @return the coefficient
   */
  public static float coefficient(int j) {
    return Q[j];
  }
}
