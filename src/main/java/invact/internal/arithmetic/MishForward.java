package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * Mish in fp32 for targets without fast fp64: see {@link MishGate} for its formula. On the left
 * rounding errors are computed and added ({@link Compensated}), since f is flat at T, and g is to
 * tell x from it; on the right they are not.
 *
 * <p>Domain: all x. Largest error: 0.57 ulp near T, 2.5 ulp elsewhere ({@code SingleTest}). NaN
 * gives NaN, ±0 themselves, +∞ itself and −∞ −0. Source: the definition, which is rational in eˣ.
 */
final class MishForward {
  /** f(−110) = 2·10⁻⁴⁶ rounds to 0 in fp32. */
  private static final float END = 110.0f;

  private MishForward() {}

  /** Writes f(x). */
  static Value write(ProgramBuilder b, Value x) {
    Value two = b.constant(2.0f);
    Value t = b.min(b.abs(x), b.constant(END));
    Exponential power = new Exponential(b, b.negate(t), b.constant(0.0f));
    Compensated significand = Compensated.onePlus(b, power);
    Compensated e = significand.scaled(b, power);
    Compensated numerator = Compensated.plus(b, two, e);
    Compensated denominator = Compensated.plus(b, two, e.times(b, numerator));
    Compensated omega = significand.times(b, numerator.over(b, denominator));
    Value product = b.multiply(b.negate(omega.times(b, t).sum(b)), power.scale());
    Value left = b.multiply(product, b.constant(Exponential.UNSCALE));
    Value isLeft = b.lt(x, b.constant(0.0f));
    Value above = MishGate.numerator(b, isLeft, e.high());
    Value below = MishGate.denominator(b, isLeft, e.high());
    return b.select(isLeft, left, b.multiply(x, b.divide(above, below)));
  }
}
