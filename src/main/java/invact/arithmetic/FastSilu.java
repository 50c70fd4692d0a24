package invact.arithmetic;

import invact.program.ProgramBuilder;
import invact.program.Value;

/**
 * SiLU and its derivative by estimates of 1/x and 2ˣ, for processors that have them as
 * instructions. With e = exp(−|x|) and s = 1/(1 + e), σ(x) is s for x ≥ 0 and e·s for x &lt; 0:
 *
 * <pre>
 * f  = x·σ(x)
 * f′ = σ(x)·(1 + x·σ(−x))
 * </pre>
 *
 * <p>Domain: all x. Largest error of f and f′: 3·10⁻⁵ relative (of f′ where it is not near its zero
 * at T), a small part of half an ulp of fp16; 2⁻²⁰ where the result is fp32. NaN gives NaN, ±0
 * gives ±0, +∞ itself, f(−∞) = −0. Source: the definition; e as two factors of half its exponent.
 */
public final class FastSilu {
  /** f(−110) = 2·10⁻⁴⁶ rounds to 0 in fp32. */
  private static final float END = 110.0f;

  private FastSilu() {}

  /** Writes f(x) and f′(x) for results of 16 bits. */
  static Gate.Values write(ProgramBuilder b, Value input) {
    Value x = held(b, input);
    FastExponential e = FastExponential.estimate(b, size(b, x), 1.0f);
    return values(b, x, e, b.reciprocal(b.fma(e.first(), e.second(), b.constant(1.0f))));
  }

  /** Writes f(x) and f′(x) for results in fp32. */
  static Gate.Values precise(ProgramBuilder b, Value input) {
    Value x = held(b, input);
    FastExponential e = FastExponential.precise(b, size(b, x), b.constant(0.0f), 1.0f);
    return values(b, x, e, reciprocal(b, b.fma(e.first(), e.second(), b.constant(1.0f))));
  }

  private static Value held(ProgramBuilder b, Value input) {
    return b.max(input, b.constant(-END));
  }

  private static Value size(ProgramBuilder b, Value x) {
    return b.min(b.abs(x), b.constant(END));
  }

  private static Gate.Values values(ProgramBuilder b, Value x, FastExponential e, Value inverse) {
    Value one = b.constant(1.0f);
    Value isLeft = b.lt(x, b.constant(0.0f));
    Value value = b.multiply(x, inverse);
    value = b.multiply(value, b.select(isLeft, e.first(), one));
    value = b.multiply(value, b.select(isLeft, e.second(), one));
    Value falling = b.multiply(b.multiply(inverse, e.first()), e.second());
    Value end = b.min(x, b.constant(END));
    Value onLeft = b.multiply(falling, b.fma(end, inverse, one));
    Value onRight = b.multiply(inverse, b.fma(end, falling, one));
    return new Gate.Values(value, b.select(isLeft, onLeft, onRight));
  }

  /** 1/a to about an ulp: an estimate and one step of Newton's method. */
  static Value reciprocal(ProgramBuilder b, Value a) {
    Value estimate = b.reciprocal(a);
    Value error = b.fma(b.negate(a), estimate, b.constant(1.0f));
    return b.fma(estimate, error, estimate);
  }
}
