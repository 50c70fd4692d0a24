package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * An activation x·σ(z) as a gate in fp32. With E = e^−z and σ = 1/(1 + E): f = x·σ and f′ = σ·(1 +
 * x·z′·E·σ), E·σ being 1 − σ without its cancellation.
 *
 * <p>Of SiLU f is off by at most 2.9 ulp where |f| ≥ 2⁻¹⁰⁰, f′ by at most 2.4·10⁻⁷. Measured
 * against double precision over all fp32 inputs of 2⁻²⁴ to 2⁷ in size ({@code ExhaustiveGateTest}).
 * Of others z is rounded, which adds up to 2|z| ulp to f ({@code SingleTest}).
 */
public final class LogisticGate {
  /** From here down f of SiLU counts as f of this, which is −2⁻¹¹⁹, and f′ as 0. */
  public static final float LOW = -87.0f;

  /** From here up E of SiLU counts as e^−{@value}, less than half an ulp of 1. */
  public static final float HIGH = 40.0f;

  /** Of GELU's tanh approximation: z is −87.3. */
  private static final float TANH_LOW = -10.0f;

  /** Of GELU's tanh approximation: z is 40.7. */
  private static final float TANH_HIGH = 7.4f;

  private LogisticGate() {}

  /** Writes f(a) and f′(a). */
  static Gate.Values write(ProgramBuilder b, LogisticArgument argument, Value a) {
    boolean isCubic = argument.cubic() != 0;
    Value low = b.constant(isCubic ? TANH_LOW : (float) (LOW / argument.linear()));
    Value one = b.constant(1.0f);
    Value x = b.max(a, low);
    float high = isCubic ? TANH_HIGH : (float) (HIGH / argument.linear());
    Value held = b.min(x, b.constant(high));
    Value exponent = b.negate(argument.z(b, held));
    Value e = new Exponential(b, exponent, b.constant(0.0f)).power();
    Value sigmoid = b.divide(one, b.add(one, e));
    Value product = b.multiply(e, sigmoid);
    Value slope = b.multiply(sigmoid, b.fma(argument.slope(b, held), product, one));
    return new Gate.Values(b.multiply(x, sigmoid), b.select(b.lt(a, low), b.constant(0.0f), slope));
  }
}
