package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * SiLU in fp32: {@link Segments} for |x| below {@value #LIMIT}, beyond that with t = |x|
 *
 * <pre>
 * f(x) = max(x, 0) + f(−t),   f(−t) = −t·e/(1 + e) = −t·(e − e² + …),   e = exp(−t)
 * </pre>
 *
 * <p>In 2^k·(1 + v) = e, v less (1 + v)·(e − e²) takes care of 1 + e; e³ is below 2⁻³⁶.
 */
public final class SiluForward {
  /** The least |x| beyond the segments. */
  public static final float LIMIT = 8.5f;

  /** y is −0 from −120 down, and x itself from 120 up. */
  public static final float END = 120.0f;

  /**
   * Minimax, largest relative error before rounding 2⁻²⁷. Remade by {@code java -cp
   * target/invact.jar invact.fit.internal.tables.Main SiluForward}.
   */
  public static final Segments SEGMENTS =
      new Segments(
          0.875f,
          new float[] {
            0.0f, 1.2799038f, 1.8015406f, 3.6230297f, 4.783541f, 5.910482f, 7.0716286f, 8.190347f
          },
          new float[][] {
            {
              -0.0f,
              -0.27846432f,
              -0.25521278f,
              -0.09422493f,
              -0.039688587f,
              -0.01597929f,
              -0.005997658f,
              -0.0022706985f
            },
            {
              -1.1754944E-38f,
              3.1317578E-4f,
              0.07739478f,
              0.065767184f,
              0.031062389f,
              0.0132325385f,
              0.0051444415f,
              0.0019928282f
            },
            {
              0.24999999f,
              0.10869482f,
              0.043098457f,
              -0.01816956f,
              -0.011125021f,
              -0.0052287187f,
              -0.0021437928f,
              -8.5724116E-4f
            },
            {
              0.0f,
              -0.04885567f,
              -0.033698577f,
              9.643536E-4f,
              0.0021902667f,
              0.0012722164f,
              5.706974E-4f,
              2.3921054E-4f
            },
            {
              -0.02083299f,
              0.00474131f,
              0.008482991f,
              0.0010569955f,
              -1.4987396E-4f,
              -1.9694061E-4f,
              -1.0621509E-4f,
              -4.8102127E-5f
            },
            {
              0.0f,
              0.0030350904f,
              7.7728815E-5f,
              -4.536919E-4f,
              -5.4174365E-5f,
              1.4046175E-5f,
              1.3780297E-5f,
              7.2561693E-6f
            },
            {
              0.0020796137f,
              -0.0011071163f,
              -6.886224E-4f,
              1.0224742E-4f,
              2.364558E-5f,
              2.1445E-6f,
              -1.0085728E-6f,
              -8.0884206E-7f
            },
            {
              0.0f,
              -2.1963728E-5f,
              2.0694088E-4f,
              -1.2825904E-5f,
              -5.350111E-6f,
              -9.839094E-7f,
              -4.4832177E-8f,
              5.7063854E-8f
            },
            {
              -1.956729E-4f,
              1.1342981E-4f,
              -2.3851115E-5f,
              -2.4468495E-6f,
              9.491735E-7f,
              2.8643154E-7f,
              4.902738E-8f,
              2.849055E-9f
            }
          });

  private SiluForward() {}

  /** Writes f(x). */
  static Value write(ProgramBuilder b, Value x) {
    Value t = b.abs(x);
    Value near = SEGMENTS.write(b, x, t);
    return b.rarely(b.ge(t, b.constant(LIMIT)), near, () -> far(b, x, t));
  }

  /** f(x) for t = |x| beyond the segments. */
  private static Value far(ProgramBuilder b, Value x, Value t) {
    Value exponent = b.negate(b.min(t, b.constant(END)));
    Exponential power = new Exponential(b, exponent, b.constant(0.0f));
    Value unscale = b.constant(Exponential.UNSCALE);
    Value significand = b.add(power.excess(), b.constant(1.0f));
    Value e = b.multiply(b.multiply(significand, power.scale()), unscale);
    Value less = b.fma(b.negate(e), e, e);
    Value excess = b.fma(b.negate(less), significand, power.excess());
    Value product = b.multiply(b.fma(exponent, excess, exponent), power.scale());
    return b.fma(product, unscale, Forward.positive(b, x));
  }
}
