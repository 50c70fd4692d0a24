package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * GELU and its derivative by estimates of 1/x and 2ˣ, for processors that have them as
 * instructions. With a = |x|, e = exp(−a²/2) and R = Φ(−a)/e
 *
 * <pre>
 * f  = max(x, 0) − a·R·e
 * f′ = (R − a·φ(0))·e       for x &lt; 0,   1 − that for x ≥ 0
 * R  = t·P(t),  t = 1/(1 + K·a)
 * </pre>
 *
 * <p>Domain: all x. Largest error of f and f′: 3·10⁻⁵ relative (of f′ where it is not near its zero
 * at T), a small part of half an ulp of fp16; 2⁻²⁰ where the result is fp32. NaN gives NaN, ±0
 * gives ±0, +∞ itself, f(−∞) = −0. Source of K and P: least largest relative error of R on 0 ≤ a ≤
 * 14.5. Remade by {@code java -cp target/invact.jar invact.fit.internal.tables.Main FastGelu}, the
 * precise P to an ulp: its last bits hang on the rounding errors of R.
 */
public final class FastGelu {
  /** f(−14.5) = 9·10⁻⁴⁷ rounds to 0 in fp32. */
  private static final float END = 14.5f;

  /** K for results of 16 bits. */
  private static final float PULL = 0.46f;

  /** P for results of 16 bits by ascending power; largest relative error of R 8.6·10⁻⁶. */
  private static final float[] TAIL = {
    0.18334635f, 0.18706672f, 0.11610669f, 0.17780113f, -0.23654465f, 0.07222806f
  };

  /** K for results in fp32. */
  private static final float PRECISE_PULL = 0.26f;

  /** P for results in fp32 by ascending power; largest relative error of R 2.8·10⁻⁸. */
  private static final float[] PRECISE_TAIL = {
    0.10375702f,
    0.103050984f,
    0.1027886f,
    0.051965173f,
    0.15875787f,
    -0.14778794f,
    0.24873188f,
    -0.15149373f,
    0.030230142f
  };

  /** φ(0) = 1/√(2π). */
  private static final float DENSITY = 0.39894228f;

  private FastGelu() {}

  /** Writes f(x) and f′(x) for results of 16 bits. */
  static Gate.Values write(ProgramBuilder b, Value x) {
    Value a = size(b, x);
    FastExponential e = FastExponential.estimate(b, b.multiply(a, a), 0.5f);
    Value t = b.reciprocal(b.fma(b.constant(PULL), a, b.constant(1.0f)));
    return values(b, x, a, e, tail(b, TAIL, t));
  }

  /** Writes f(x) and f′(x) for results in fp32. */
  static Gate.Values precise(ProgramBuilder b, Value x) {
    Value a = size(b, x);
    Value square = b.multiply(a, a);
    Value rest = b.fma(a, a, b.negate(square));
    FastExponential e = FastExponential.precise(b, square, rest, 0.5f);
    Value t = FastLogistic.reciprocal(b, b.fma(b.constant(PRECISE_PULL), a, b.constant(1.0f)));
    return values(b, x, a, e, tail(b, PRECISE_TAIL, t));
  }

  private static Value size(ProgramBuilder b, Value x) {
    return b.min(b.abs(x), b.constant(END));
  }

  private static Value tail(ProgramBuilder b, float[] p, Value t) {
    return b.multiply(b.horner(t, p.length - 1, j -> b.constant(p[j])), t);
  }

  private static Gate.Values values(
      ProgramBuilder b, Value x, Value a, FastExponential e, Value tail) {
    Value product = b.multiply(b.multiply(a, tail), e.first());
    Value positive = b.max(x, b.constant(-0.0f));
    Value value = b.fma(b.negate(product), e.second(), positive);
    Value slope = b.fma(a, b.constant(-DENSITY), tail);
    Value left = b.multiply(b.multiply(slope, e.first()), e.second());
    Value right = b.subtract(b.constant(1.0f), left);
    return new Gate.Values(value, b.select(b.lt(x, b.constant(0.0f)), left, right));
  }
}
