package invact.internal.arithmetic;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.internal.program.Computation;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.numeric.Dtype;
import java.util.Optional;

/**
 * f(a) and f′(a) of a gate in fp32, and with them the passes of a gated unit p = f(a)·b on one
 * element.
 *
 * <p>{@link Forward} computes f(x) too, but its y is to be inverted, and has to be right to the
 * last bit where f is flat. A gate's is not inverted: a few ulp do, and it shares what it can with
 * f′.
 *
 * <p>NaN gives NaN. f(±0) = ±0, f(+∞) = +∞, |f(−∞)| &lt; 2⁻¹⁰⁰, f′(+∞) = 1 and f′(−∞) = ±0.
 *
 * <p>Where the product is kept, b comes back as p/f(a), and |f(a)| below 2⁻¹⁰⁰ counts as 2⁻¹⁰⁰ in
 * both passes.
 */
public final class Gate {
  /** What |f(a)| counts as at least, where b is recovered from p. */
  public static final float LEAST = 0x1p-100f;

  /**
   * f(a) and f′(a) in a program.
   *
   * @param value f(a)
   * @param derivative f′(a)
   */
  record Values(Value value, Value derivative) {}

  private Gate() {}

  /**
   * The program of a gate.
   *
   * @param activation f
   * @return input a, outputs value and derivative, all F32; nothing for an activation that has no
   *     program, whose double-precision value and derivative are rounded
   */
  public static Optional<Computation> of(Activation activation) {
    ProgramBuilder b = new ProgramBuilder("gate");
    Value a = b.input("a", Type.F32);
    return write(activation, b, a)
        .map(f -> b.output("value", f.value()).output("derivative", f.derivative()).build());
  }

  /**
   * The forward pass of a gated unit.
   *
   * @param activation f
   * @param keepsProduct whether b is to be recovered from p
   * @return inputs a and b, output p; nothing for an activation without a program
   */
  public static Optional<Computation> forward(Activation activation, boolean keepsProduct) {
    ProgramBuilder b = new ProgramBuilder("gated_forward");
    Value a = b.input("a", Type.F32);
    Value up = b.input("b", Type.F32);
    return write(activation, b, a).map(f -> forward(b, f, up, keepsProduct));
  }

  private static Computation forward(ProgramBuilder b, Values f, Value up, boolean keepsProduct) {
    return b.output("p", b.multiply(factor(b, f, keepsProduct), up)).build();
  }

  /**
   * The backward pass of a gated unit.
   *
   * @param activation f
   * @param keepsProduct whether kept is p, from which b is recovered; else it is b
   * @return inputs dp, a and kept, outputs da and db; nothing for an activation without a program
   */
  public static Optional<Computation> backward(Activation activation, boolean keepsProduct) {
    ProgramBuilder b = new ProgramBuilder("gated_backward");
    Value dp = b.input("dp", Type.F32);
    Value a = b.input("a", Type.F32);
    Value kept = b.input("kept", Type.F32);
    return write(activation, b, a)
        .map(f -> {
          Value factor = factor(b, f, keepsProduct);
          Value up = keepsProduct ? b.divide(kept, factor) : kept;
          return backward(b, f, dp, factor, up);
        });
  }

  private static Computation backward(
      ProgramBuilder b, Values f, Value dp, Value factor, Value up) {
    return b.output("da", b.multiply(b.multiply(dp, up), f.derivative()))
        .output("db", b.multiply(dp, factor))
        .build();
  }

  /**
   * The program of a gate for targets without fast fp64.
   *
   * @param activation f
   * @return input a, outputs value and derivative, all F32: of GELU and SiLU what {@link #of}
   *     gives; nothing for an activation given as an expression or by Java code
   */
  public static Optional<Computation> single(Activation activation) {
    ProgramBuilder b = new ProgramBuilder("gate");
    Value a = b.input("a", Type.F32);
    Optional<Values> values = write(activation, b, a);
    if (values.isEmpty() && activation.equals(Activations.MISH)) {
      values = Optional.of(MishGate.write(b, a));
    } else if (values.isEmpty()) {
      values = LogisticArgument.of(activation).map(z -> LogisticGate.write(b, z, a));
    }
    return values.map(
        f -> b.output("value", f.value()).output("derivative", f.derivative()).build());
  }

  /**
   * The program of a gate by estimates of 1/x and 2ˣ.
   *
   * @param activation f
   * @param dtype of the results: fp32, in which f and f′ are off by at most 2⁻²⁰, else 3·10⁻⁵
   * @return input a, outputs value and derivative, all F32; nothing for an activation given as an
   *     expression or by Java code, and in fp32 nothing but for GELU and SiLU
   */
  public static Optional<Computation> fast(Activation activation, Dtype dtype) {
    ProgramBuilder b = new ProgramBuilder("fast_gate");
    Value a = b.input("a", Type.F32);
    return fast(activation, dtype, b, a)
        .map(f -> b.output("value", f.value()).output("derivative", f.derivative()).build());
  }

  /**
   * The forward pass of a gated unit with the gate of {@link #fast(Activation, Dtype)}.
   *
   * @param activation f
   * @param dtype of the results
   * @param keepsProduct whether b is to be recovered from p
   * @return inputs a and b, output p; nothing where {@link #fast} gives nothing
   */
  public static Optional<Computation> fastForward(
      Activation activation, Dtype dtype, boolean keepsProduct) {
    ProgramBuilder b = new ProgramBuilder("fast_gated_forward");
    Value a = b.input("a", Type.F32);
    Value up = b.input("b", Type.F32);
    return fast(activation, dtype, b, a).map(f -> forward(b, f, up, keepsProduct));
  }

  /**
   * The backward pass of a gated unit with the gate of {@link #fast(Activation, Dtype)}. In 16 bits
   * b is recovered by an estimate of 1/f(a) too.
   *
   * @param activation f
   * @param dtype of the results
   * @param keepsProduct whether kept is p, from which b is recovered; else it is b
   * @return inputs dp, a and kept, outputs da and db; nothing where {@link #fast} gives nothing
   */
  public static Optional<Computation> fastBackward(
      Activation activation, Dtype dtype, boolean keepsProduct) {
    ProgramBuilder b = new ProgramBuilder("fast_gated_backward");
    Value dp = b.input("dp", Type.F32);
    Value a = b.input("a", Type.F32);
    Value kept = b.input("kept", Type.F32);
    return fast(activation, dtype, b, a)
        .map(f -> {
          Value factor = factor(b, f, keepsProduct);
          Value up = keepsProduct ? recovered(b, kept, factor, dtype) : kept;
          return backward(b, f, dp, factor, up);
        });
  }

  private static Value recovered(ProgramBuilder b, Value kept, Value factor, Dtype dtype) {
    if (dtype == Dtype.FP32) {
      return b.divide(kept, factor);
    }
    // The reciprocal of more than 2¹²⁶ would come out as 0.
    Value quarter = b.constant(0.25f);
    Value inverse = b.multiply(b.reciprocal(b.multiply(factor, quarter)), quarter);
    return b.multiply(kept, inverse);
  }

  /** Writes f(a) and f′(a) by estimates. */
  static Optional<Values> fast(Activation activation, Dtype dtype, ProgramBuilder b, Value a) {
    boolean precise = dtype == Dtype.FP32;
    if (activation.equals(Activations.GELU)) {
      return Optional.of(precise ? FastGelu.precise(b, a) : FastGelu.write(b, a));
    }
    if (precise) {
      return activation.equals(Activations.SILU)
          ? Optional.of(FastLogistic.precise(b, a))
          : Optional.empty();
    }
    if (activation.equals(Activations.MISH)) {
      return Optional.of(FastMish.write(b, a));
    }
    return LogisticArgument.of(activation).map(z -> FastLogistic.write(b, z, a));
  }

  private static Optional<Values> write(Activation activation, ProgramBuilder b, Value a) {
    if (activation.equals(Activations.GELU)) {
      return Optional.of(GeluGate.write(b, a));
    }
    if (activation.equals(Activations.SILU)) {
      return Optional.of(LogisticGate.write(b, LogisticArgument.SILU, a));
    }
    return Optional.empty();
  }

  /** What b is multiplied by; the bit patterns of numbers ascend with their sizes. */
  private static Value factor(ProgramBuilder b, Values f, boolean keepsProduct) {
    if (!keepsProduct) {
      return f.value();
    }
    Value bits = b.bits(f.value());
    Value least = b.integer(Float.floatToRawIntBits(LEAST));
    Value size = b.max(b.and(bits, b.integer(Integer.MAX_VALUE)), least);
    return b.asFloat(b.or(size, b.and(bits, b.integer(Integer.MIN_VALUE))));
  }
}
