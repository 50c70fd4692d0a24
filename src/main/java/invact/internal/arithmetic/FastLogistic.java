package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * An activation x·σ(z) and its derivative by estimates of 1/x and 2ˣ, for processors that have them
 * as instructions. With e = exp(−|z|) and s = 1/(1 + e), σ(z) is s for z ≥ 0 and e·s for z &lt; 0:
 *
 * <pre>
 * f  = x·σ(z)
 * f′ = σ(z)·(1 + x·z′·σ(−z))
 * </pre>
 *
 * <p>Domain: all x. Largest error of f and f′: 3·10⁻⁵ relative (of f′ where it is not near its zero
 * at T), a small part of half an ulp of fp16, and 10⁻⁴ where |f| &lt; 2⁻⁶⁴ and z is rounded; of
 * SiLU 2⁻²⁰ where the result is fp32. NaN gives NaN, ±0 gives ±0, +∞ itself, f(−∞) = −0. Source:
 * the definition; e as two factors of half its exponent.
 */
final class FastLogistic {
  private FastLogistic() {}

  /** Writes f(x) and f′(x) for results of 16 bits. */
  static Gate.Values write(ProgramBuilder b, LogisticArgument argument, Value input) {
    Value x = held(b, argument, input);
    FastExponential e = FastExponential.estimate(b, size(b, argument, x), 1.0f);
    Value inverse = b.reciprocal(b.fma(e.first(), e.second(), b.constant(1.0f)));
    return values(b, argument, x, e, inverse);
  }

  /** Writes f(x) and f′(x) of SiLU for results in fp32. */
  static Gate.Values precise(ProgramBuilder b, Value input) {
    LogisticArgument silu = LogisticArgument.SILU;
    Value x = held(b, silu, input);
    FastExponential e = FastExponential.precise(b, size(b, silu, x), b.constant(0.0f), 1.0f);
    Value inverse = reciprocal(b, b.fma(e.first(), e.second(), b.constant(1.0f)));
    return values(b, silu, x, e, inverse);
  }

  private static Value held(ProgramBuilder b, LogisticArgument argument, Value input) {
    return b.max(input, b.constant(-argument.end()));
  }

  /** |z|. */
  private static Value size(ProgramBuilder b, LogisticArgument argument, Value x) {
    return b.min(b.abs(argument.z(b, x)), b.constant(argument.largest()));
  }

  private static Gate.Values values(
      ProgramBuilder b, LogisticArgument argument, Value x, FastExponential e, Value inverse) {
    Value one = b.constant(1.0f);
    Value isLeft = b.lt(x, b.constant(0.0f));
    Value value = b.multiply(x, inverse);
    value = b.multiply(value, b.select(isLeft, e.first(), one));
    value = b.multiply(value, b.select(isLeft, e.second(), one));
    Value falling = b.multiply(b.multiply(inverse, e.first()), e.second());
    Value slope = argument.slope(b, b.min(x, b.constant(argument.end())));
    Value onLeft = b.multiply(falling, b.fma(slope, inverse, one));
    Value onRight = b.multiply(inverse, b.fma(slope, falling, one));
    return new Gate.Values(value, b.select(isLeft, onLeft, onRight));
  }

  /** 1/a to about an ulp: an estimate and one step of Newton's method. */
  static Value reciprocal(ProgramBuilder b, Value a) {
    Value estimate = b.reciprocal(a);
    Value error = b.fma(b.negate(a), estimate, b.constant(1.0f));
    return b.fma(estimate, error, estimate);
  }
}
