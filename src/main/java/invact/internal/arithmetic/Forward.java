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
 * The forward pass on one element: y = f(x) and S = [x ≥ T].
 *
 * <p>GELU and SiLU have fp32 arithmetic of their own, which comes out the same everywhere: there is
 * none but fp32 addition, multiplication, division, fma and integer operations on bit patterns.
 * They are polynomials on segments ({@link Segments}) up to some |x|, and from there, with t = |x|,
 * max(x, 0) + f(−t), the latter by an exponential ({@link Exponential}). Other built-in activations
 * are computed in fp64 and rounded once ({@link Activation#write}).
 *
 * <p>NaN gives NaN, ±0 themselves, +∞ itself and −∞ −0.
 */
public final class Forward {
  private Forward() {}

  /**
   * The program of an activation.
   *
   * @param activation the activation
   * @return input x, output y, both F32; nothing for an activation that has no program, whose
   *     double-precision value is rounded
   */
  public static Optional<Computation> of(Activation activation) {
    ProgramBuilder b = new ProgramBuilder("forward");
    Value x = b.input("x", Type.F32);
    return write(activation, b, x).map(y -> b.output("y", y).build());
  }

  /**
   * The program of the pass.
   *
   * @param activation the activation
   * @return input x, outputs y and right, the BOOL S; nothing for an activation without a program
   */
  public static Optional<Computation> pass(Activation activation) {
    ProgramBuilder b = new ProgramBuilder("forward");
    Value x = b.input("x", Type.F32);
    Value right = b.ge(x, b.parameter("threshold", threshold(activation)));
    return write(activation, b, x).map(y -> b.output("y", y).output("right", right).build());
  }

  /**
   * The program of {@link #fast} with the indicator.
   *
   * @param activation the activation
   * @return input x, outputs y and right, the BOOL S; nothing but for GELU and SiLU
   */
  public static Optional<Computation> fastPass(Activation activation) {
    ProgramBuilder b = new ProgramBuilder("fast_forward");
    Value x = b.input("x", Type.F32);
    Value right = b.ge(x, b.parameter("threshold", threshold(activation)));
    if (!Activations.paper().contains(activation)) {
      return Optional.empty();
    }
    return Gate.fast(activation, Dtype.BF16, b, x)
        .map(f -> b.output("y", f.value()).output("right", right).build());
  }

  /**
   * The program for results of 16 bits, by estimates of 1/x and 2ˣ. y before its rounding is off by
   * at most 3·10⁻⁵ of itself.
   *
   * @param activation the activation
   * @return input x, output y, both F32; nothing for an activation given as an expression or by
   *     Java code
   */
  public static Optional<Computation> fast(Activation activation) {
    ProgramBuilder b = new ProgramBuilder("fast_forward");
    Value x = b.input("x", Type.F32);
    return Gate.fast(activation, Dtype.BF16, b, x).map(f -> b.output("y", f.value()).build());
  }

  /**
   * The program for targets without fast fp64.
   *
   * @param activation the activation
   * @return input x, output y, both F32: of GELU and SiLU what {@link #of} gives; nothing for an
   *     activation given as an expression or by Java code
   */
  public static Optional<Computation> single(Activation activation) {
    if (Activations.paper().contains(activation)) {
      return of(activation);
    }
    ProgramBuilder b = new ProgramBuilder("forward");
    Value x = b.input("x", Type.F32);
    Optional<Value> y =
        activation.equals(Activations.MISH)
            ? Optional.of(MishForward.write(b, x))
            : LogisticArgument.of(activation).map(z -> LogisticForward.write(b, z, x));
    return y.map(value -> b.output("y", value).build());
  }

  private static Optional<Value> write(Activation activation, ProgramBuilder b, Value x) {
    if (activation.equals(Activations.GELU)) {
      return Optional.of(GeluForward.write(b, x));
    }
    if (activation.equals(Activations.SILU)) {
      return Optional.of(SiluForward.write(b, x));
    }
    return activation.write(b, b.widen(x)).map(b::narrow);
  }

  /**
   * The number that decides S: x ≥ it says in fp32 what x ≥ T says.
   *
   * @param activation the activation
   * @return the least fp32 number that is not below T
   */
  public static float threshold(Activation activation) {
    float nearest = (float) activation.argmin();
    return nearest < activation.argmin() ? Math.nextUp(nearest) : nearest;
  }

  /** max(x, 0), but −0 where x &lt; 0 and x itself for ±0 and NaN. */
  static Value positive(ProgramBuilder b, Value x) {
    return b.select(b.lt(x, b.constant(0.0f)), b.constant(-0.0f), x);
  }
}
