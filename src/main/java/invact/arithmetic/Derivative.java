package invact.arithmetic;

import invact.activation.Branch;
import invact.activation.RoundedLift;
import invact.activation.Target;
import invact.approx.Approximant;
import invact.approx.FloatApproximant;
import invact.coefficient.BranchApproximant;
import invact.math.FloatFormat;
import invact.program.Computation;
import invact.program.Interpreter;
import invact.program.ProgramBuilder;
import invact.program.Type;
import invact.program.Value;

/**
 * g(y, S) on one branch in fp32, for outputs that were rounded to a format.
 *
 * <p>On the left y ≥ 0 counts as f(−∞) and gives 0; on the right y = +∞ gives 1; on both y &lt;
 * f(T) counts as the least height, and NaN gives NaN.
 */
public final class Derivative {
  private final Interpreter interpreter;

  private Derivative(Interpreter interpreter) {
    this.interpreter = interpreter;
  }

  /**
   * g on one branch of no coefficient set, interpreted. Threads do not share it.
   *
   * @param approximant the approximant and what it stands for
   * @param format the format of the outputs: fp32, bf16 or fp16
   * @return g
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static Derivative of(BranchApproximant approximant, FloatFormat format) {
    return of(approximant, RoundedLift.of(approximant.activation(), format));
  }

  /**
   * g on one branch, interpreted. Threads do not share it.
   *
   * @param approximant the approximant and what it stands for
   * @param lift the height that an output stands for, of the format that rounded it
   * @return g
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static Derivative of(BranchApproximant approximant, RoundedLift lift) {
    return new Derivative(new Interpreter(computation(approximant, lift)));
  }

  /**
   * g(y).
   *
   * @param y an output
   * @return the derivative
   */
  public float value(float y) {
    return interpreter.value(y);
  }

  /**
   * The program of g on one branch.
   *
   * @param approximant the approximant and what it stands for
   * @param lift the height that an output stands for, of the format that rounded it
   * @return input y, output g
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static Computation computation(BranchApproximant approximant, RoundedLift lift) {
    ProgramBuilder b = new ProgramBuilder(approximant.branch().label() + "_derivative");
    Value y = b.input("y", Type.F32);
    Value u = Height.write(b, y, lift);
    Computation g = b.output("g", write(b, approximant, y, u, lift)).build();
    requireFinite(g, approximant.branch(), lift.minimum());
    requireFinite(
        g,
        approximant.branch(),
        approximant.branch() == Branch.LEFT ? -Float.MIN_VALUE : Float.MAX_VALUE);
    return g;
  }

  /** Writes g from y and its height. */
  static Value write(
      ProgramBuilder b, BranchApproximant approximant, Value y, Value u, RoundedLift lift) {
    Approximant q = approximant.approximant();
    Value value = q.form().write(b, u, FloatApproximant.rounded(q));
    Value g = fromTarget(b, approximant.target(), value, y, lift);
    return approximant.branch() == Branch.LEFT
        ? atLeftEnd(b, b.ge(y, b.constant(0.0f)), g)
        : b.select(b.eq(y, b.constant(Float.POSITIVE_INFINITY)), b.constant(1.0f), g);
  }

  /** Writes g where an approximant's target has the value q. */
  static Value fromTarget(ProgramBuilder b, Target target, Value q, Value y, RoundedLift lift) {
    return switch (target) {
      case DERIVATIVE -> q;
      case SIGMOID -> b.fma(b.max(y, Height.minimum(b, lift)), b.subtract(b.constant(1.0f), q), q);
    };
  }

  /** Writes that f(−∞) has the derivative 0. */
  static Value atLeftEnd(ProgramBuilder b, Value isLeftEnd, Value g) {
    return b.select(isLeftEnd, b.constant(0.0f), g);
  }

  /** The ends of a branch are where a pole or a growing exponential of a form shows. */
  private static void requireFinite(Computation g, Branch branch, float y) {
    float value = new Interpreter(g).value(y);
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(
          "the "
              + branch.label()
              + " branch's derivative is "
              + value
              + " at y = "
              + y
              + ": its coefficients are not fit for fp32");
    }
  }
}
