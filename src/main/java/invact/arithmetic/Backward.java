package invact.arithmetic;

import invact.activation.RoundedLift;
import invact.activation.Target;
import invact.approx.FloatApproximant;
import invact.approx.RationalPieces;
import invact.coefficient.BranchApproximant;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.program.Computation;
import invact.program.ProgramBuilder;
import invact.program.Type;
import invact.program.Value;
import java.util.Optional;

/** The backward pass on one element: dx = dy·g(y, S). */
public final class Backward {
  /** In what form a target has the indicator at hand. */
  public enum Indicator {
    /** A BOOL input {@code right}, S. */
    BOOL,
    /** An I32 input {@code left_sign}, negative where S is not set. */
    SIGN
  }

  private final ProgramBuilder b = new ProgramBuilder("backward");
  private final Value dy = b.input("dy", Type.F32);
  private final Value y = b.input("y", Type.F32);
  private final RoundedLift lift;
  private final Value right;
  private final Value leftSign;
  private final Value u;

  private Backward(RoundedLift lift, Indicator indicator) {
    this.lift = lift;
    if (indicator == Indicator.BOOL) {
      right = b.input("right", Type.BOOL);
      leftSign = null;
    } else {
      leftSign = b.input("left_sign", Type.I32);
      right = b.ge(leftSign, b.integer(0));
    }
    u = Height.write(b, y, lift);
  }

  /**
   * The program that evaluates g on both branches and selects one.
   *
   * @param set its coefficients
   * @param format the format of the outputs: fp32, bf16 or fp16
   * @param indicator in what form S comes
   * @return inputs dy, y and S, output dx
   * @throws IllegalArgumentException if fp32 cannot hold a coefficient
   */
  public static Computation either(CoefficientSet set, FloatFormat format, Indicator indicator) {
    Backward pass = new Backward(set.decoding().get(format), indicator);
    return pass.either(set.left().approximant(), set.right().approximant());
  }

  private Computation either(BranchApproximant left, BranchApproximant right) {
    Value onLeft = Derivative.write(b.prefix("left_"), left, y, u, lift);
    Value onRight = Derivative.write(b.prefix("right_"), right, y, u, lift);
    return multiply(b.select(this.right, onRight, onLeft));
  }

  /**
   * The program that evaluates one rational for both branches: each branch has one or more segments
   * of the root, of which no more than eight are in all, and each element takes its own segment's
   * coefficients from tables. That is half the work, and what waits for the root is shorter.
   *
   * @param set its coefficients
   * @param format the format of the outputs: fp32, bf16 or fp16
   * @param indicator in what form S comes
   * @return inputs dy, y and S, output dx, bit for bit what {@link #either} gives; nothing if a
   *     form is no rational in the root, there are too many segments, the branches have different
   *     targets, or the left one reaches a cut-off
   * @throws IllegalArgumentException if fp32 cannot hold a coefficient
   */
  public static Optional<Computation> joined(
      CoefficientSet set, FloatFormat format, Indicator indicator) {
    RoundedLift lift = set.decoding().get(format);
    Optional<RationalPieces> left = pieces(set.left().approximant());
    Optional<RationalPieces> right = pieces(set.right().approximant());
    Target target = set.left().approximant().target();
    if (left.isEmpty() || right.isEmpty() || target != set.right().approximant().target()) {
      return Optional.empty();
    }
    float deepest = StrictMath.max((0 - lift.minimum()) - lift.offset(), lift.least());
    if (left.get().cutoff() < deepest || right.get().cutoff() < deepest) {
      return Optional.empty();
    }
    return SignedRootPieces.of(left.get(), right.get())
        .map(pieces -> new Backward(lift, indicator).joined(pieces, right.get().cutoff(), target));
  }

  private static Optional<RationalPieces> pieces(BranchApproximant branch) {
    return branch.approximant().form().pieces(FloatApproximant.rounded(branch.approximant()));
  }

  private Computation joined(SignedRootPieces pieces, float cutoff, Target target) {
    Value r = b.sqrt(u);
    Value q = leftSign == null ? pieces.byBool(b, r, b.not(right)) : pieces.bySign(b, r, leftSign);
    Value g = Derivative.fromTarget(b, target, q, y, lift);
    // An infinite height lies beyond a finite cut-off.
    Value last = b.parameter("cutoff", Math.min(cutoff, Float.MAX_VALUE));
    g = b.select(b.gt(u, last), b.constant(1.0f), g);
    Value isNotNegative = b.ge(y, b.constant(0.0f));
    return multiply(Derivative.atLeftEnd(b, b.and(b.not(right), isNotNegative), g));
  }

  private Computation multiply(Value g) {
    return b.output("dx", b.multiply(dy, g)).build();
  }
}
