package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * Mish, f(x) = x·ω with ω = tanh(ln(1 + eˣ)), as a gate in fp32. With e = exp(−|x|), f′ = ω + x·ω′:
 *
 * <pre>
 * ω = e·(e + 2)/D,  D = e·(e + 2) + 2,    ω′ = 4·e·(e + 1)/D²      for x &lt; 0
 * ω = (1 + 2e)/D,   D = 1 + 2e·(e + 1),   ω′ = 4·e²·(e + 1)/D²     for x ≥ 0
 * </pre>
 *
 * <p>Domain: all x. Largest error: of f 3.5 ulp where |f| ≥ 2⁻¹⁰⁰, of f′ 2.2·10⁻⁷ absolute ({@code
 * SingleTest}). NaN gives NaN, f(±0) = ±0, f(+∞) = +∞, f′(−∞) = 0, f′(+∞) = 1. Source: the
 * definition, which is rational in eˣ.
 */
final class MishGate {
  /** From here down f counts as f of this, about −2⁻¹¹⁷. */
  private static final float LOW = -87.0f;

  /** From here up e counts as e of this. */
  private static final float HIGH = 87.0f;

  private MishGate() {}

  /** Writes f(x) and f′(x). */
  static Gate.Values write(ProgramBuilder b, Value a) {
    Value low = b.constant(LOW);
    Value x = b.max(a, low);
    Value held = b.min(x, b.constant(HIGH));
    Value isLeft = b.lt(a, b.constant(0.0f));
    Value e = new Exponential(b, b.negate(b.abs(held)), b.constant(0.0f)).power();
    Value inverse = b.divide(b.constant(1.0f), denominator(b, isLeft, e));
    Value ratio = b.multiply(numerator(b, isLeft, e), inverse);
    Value omega = b.select(isLeft, b.multiply(ratio, e), ratio);
    Value slope = b.multiply(b.multiply(weight(b, isLeft, e), inverse), inverse);
    Value derivative = b.fma(held, slope, omega);
    return new Gate.Values(
        b.multiply(x, omega), b.select(b.lt(a, low), b.constant(0.0f), derivative));
  }

  /** D. */
  static Value denominator(ProgramBuilder b, Value isLeft, Value e) {
    Value two = b.constant(2.0f);
    Value one = b.constant(1.0f);
    return b.select(
        isLeft, b.fma(e, b.add(e, two), two), b.fma(b.multiply(two, e), b.add(e, one), one));
  }

  /** ω·D; on the left without its factor e. */
  static Value numerator(ProgramBuilder b, Value isLeft, Value e) {
    Value two = b.constant(2.0f);
    return b.select(isLeft, b.add(e, two), b.fma(two, e, b.constant(1.0f)));
  }

  /** ω′·D². */
  static Value weight(ProgramBuilder b, Value isLeft, Value e) {
    Value four = b.constant(4.0f);
    return b.multiply(b.select(isLeft, e, b.multiply(e, e)), b.fma(e, four, four));
  }
}
