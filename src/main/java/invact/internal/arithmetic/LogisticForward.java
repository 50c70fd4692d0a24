package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * An activation x·σ(z), z odd in x, in fp32 for targets without fast fp64. With t = |x|,
 *
 * <pre>
 * f(x) = max(x, 0) + f(−t),   f(−t) = −t·e/(1 + e),   e = exp(−z(t)) = 2^k·(1 + v)
 * </pre>
 *
 * <p>Rounding errors of z, 1 + v, 1 + e, the quotient and the products are computed by fma and
 * added ({@link Compensated}), so that nearly all of the error is that of v and of the last
 * rounding: f is flat at T, and g is to tell x from it.
 *
 * <p>Domain: all x. Largest error: 0.57 ulp near T, 0.8 ulp elsewhere ({@code SingleTest}). NaN
 * gives NaN, ±0 themselves, +∞ itself and −∞ −0. Source: the definition; T. J. Dekker, "A
 * floating-point technique for extending the available precision", Numer. Math. 18 (1971) 224–242.
 */
final class LogisticForward {
  private LogisticForward() {}

  /** Writes f(x). */
  static Value write(ProgramBuilder b, LogisticArgument argument, Value x) {
    Value t = b.min(b.abs(x), b.constant(argument.end()));
    Value[] z = argument.parts(b, t);
    Exponential power = new Exponential(b, b.negate(z[0]), b.negate(z[1]));
    Compensated significand = Compensated.onePlus(b, power);
    Compensated e = significand.scaled(b, power);
    Compensated quotient = significand.over(b, Compensated.plus(b, b.constant(1.0f), e));
    Value product = b.multiply(b.negate(quotient.times(b, t).sum(b)), power.scale());
    return b.fma(product, b.constant(Exponential.UNSCALE), Forward.positive(b, x));
  }
}
