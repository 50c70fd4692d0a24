package invact.internal.arithmetic;

import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.form.internal.Approximant;
import invact.form.internal.FloatApproximant;
import invact.internal.program.Computation;
import invact.internal.program.Interpreter;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.numeric.Dtype;

/**
 * g(y, S) on one branch in fp32, for outputs that were rounded to a dtype.
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
   * @param dtype the dtype of the outputs: fp32, bf16 or fp16
   * @return g
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static Derivative of(BranchApproximant approximant, Dtype dtype) {
    return of(approximant, RoundedHeight.of(approximant.activation(), dtype));
  }

  /**
   * g on one branch, interpreted. Threads do not share it.
   *
   * @param approximant the approximant and what it stands for
   * @param height the height that an output stands for, of the dtype that rounded it
   * @return g
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static Derivative of(BranchApproximant approximant, RoundedHeight height) {
    return new Derivative(new Interpreter(computation(approximant, height)));
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
   * @param height the height that an output stands for, of the dtype that rounded it
   * @return input y, output g
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of
   *     the branch
   */
  public static Computation computation(BranchApproximant approximant, RoundedHeight height) {
    ProgramBuilder b = new ProgramBuilder(approximant.branch().label() + "_derivative");
    Value y = b.input("y", Type.F32);
    Value u = Height.write(b, y, height);
    Computation g = b.output("g", write(b, approximant, y, u, height)).build();
    requireFinite(new Interpreter(g), approximant.branch(), height);
    return g;
  }

  /**
   * The program of g, from one root of the height for both branches.
   *
   * @param set its coefficients
   * @param dtype the dtype of the outputs: fp32, bf16 or fp16
   * @return inputs y and right, the BOOL S, output g
   * @throws IllegalArgumentException if a coefficient overflows, or g is not finite at an end of a
   *     branch
   */
  public static Computation either(CoefficientSet set, Dtype dtype) {
    RoundedHeight height = set.decoding().get(dtype);
    ProgramBuilder b = new ProgramBuilder("derivative");
    Value y = b.input("y", Type.F32);
    Value isRight = b.input("right", Type.BOOL);
    Value u = Height.write(b, y, height);
    Value onLeft = write(b.prefix("left_"), set.left().approximant(), y, u, height);
    BranchApproximant right = set.right().approximant();
    b.prefix("right_");
    Value onRight =
        isOneAtInfinity(right) ? inside(b, right, y, u, height) : write(b, right, y, u, height);
    Computation g = b.output("g", b.select(isRight, onRight, onLeft)).build();
    Interpreter interpreter = new Interpreter(g);
    requireFinite(interpreter.set(1, 0), Branch.LEFT, height);
    requireFinite(interpreter.set(1, 1), Branch.RIGHT, height);
    return g;
  }

  /** Writes g from y and its height. */
  static Value write(
      ProgramBuilder b, BranchApproximant approximant, Value y, Value u, RoundedHeight height) {
    Value g = inside(b, approximant, y, u, height);
    return approximant.branch() == Branch.LEFT
        ? atLeftEnd(b, b.ge(y, b.constant(0.0f)), g)
        : b.select(b.eq(y, b.constant(Float.POSITIVE_INFINITY)), b.constant(1.0f), g);
  }

  /** Writes g but for the ends of the branch. */
  private static Value inside(
      ProgramBuilder b, BranchApproximant approximant, Value y, Value u, RoundedHeight height) {
    Approximant q = approximant.approximant();
    Value value = q.form().write(b, u, FloatApproximant.rounded(q));
    return fromTarget(b, approximant.target(), value, y, height);
  }

  /** Whether an infinite height lies beyond a cut-off, where g is 1. */
  private static boolean isOneAtInfinity(BranchApproximant right) {
    return right.target() == Target.DERIVATIVE
        && Backward.pieces(right).filter(p -> Float.isFinite(p.cutoff())).isPresent();
  }

  /** Writes g where an approximant's target has the value q. */
  static Value fromTarget(ProgramBuilder b, Target target, Value q, Value y, RoundedHeight height) {
    return switch (target) {
      case DERIVATIVE -> q;
      case SIGMOID ->
          b.fma(b.max(y, Height.minimum(b, height)), b.subtract(b.constant(1.0f), q), q);
    };
  }

  /** Writes that f(−∞) has the derivative 0. */
  static Value atLeftEnd(ProgramBuilder b, Value isLeftEnd, Value g) {
    return b.select(isLeftEnd, b.constant(0.0f), g);
  }

  /** The ends of a branch are where a pole or a growing exponential of a form shows. */
  private static void requireFinite(Interpreter g, Branch branch, RoundedHeight height) {
    float end = branch == Branch.LEFT ? -Float.MIN_VALUE : Float.MAX_VALUE;
    for (float y : new float[] {height.minimum(), end}) {
      float value = g.value(y);
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
}
