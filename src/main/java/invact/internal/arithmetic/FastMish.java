package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * Mish and its derivative by estimates of 1/x and 2ˣ, for results of 16 bits. With e = exp(−|x|)
 * and f = x·ω, see {@link MishGate}:
 *
 * <pre>
 * ω = e·(e + 2)/D,  D = e·(e + 2) + 2,    ω′ = 4·e·(e + 1)/D²      for x &lt; 0
 * ω = (1 + 2e)/D,   D = 1 + 2e·(e + 1),   ω′ = 4·e²·(e + 1)/D²     for x ≥ 0
 * </pre>
 *
 * <p>Domain: all x. Largest error of f and f′: 3·10⁻⁵ relative (of f′ where it is not near its zero
 * at T), a small part of half an ulp of fp16. NaN gives NaN, ±0 gives ±0, +∞ itself, f(−∞) = −0.
 * Source: the definition, which is rational in eˣ; e as two factors of half its exponent.
 */
final class FastMish {
  /** f(−110) = 2·10⁻⁴⁶ rounds to 0 in fp32. */
  private static final float END = 110.0f;

  private FastMish() {}

  /** Writes f(x) and f′(x). */
  static Gate.Values write(ProgramBuilder b, Value input) {
    Value x = b.max(input, b.constant(-END));
    Value size = b.min(b.abs(x), b.constant(END));
    FastExponential exponential = FastExponential.estimate(b, size, 1.0f);
    Value e = b.multiply(exponential.first(), exponential.second());
    Value isLeft = b.lt(x, b.constant(0.0f));
    Value one = b.constant(1.0f);
    Value inverse = b.reciprocal(MishGate.denominator(b, isLeft, e));
    Value numerator = MishGate.numerator(b, isLeft, e);
    Value first = b.select(isLeft, exponential.first(), one);
    Value second = b.select(isLeft, exponential.second(), one);
    Value ratio = b.multiply(numerator, inverse);
    Value value = b.multiply(b.multiply(b.multiply(x, ratio), first), second);
    Value omega = b.multiply(b.multiply(ratio, first), second);
    Value slope = b.multiply(b.multiply(MishGate.weight(b, isLeft, e), inverse), inverse);
    Value derivative = b.fma(b.min(x, b.constant(END)), slope, omega);
    return new Gate.Values(value, derivative);
  }
}
