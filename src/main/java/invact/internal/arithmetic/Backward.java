package invact.internal.arithmetic;

import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.form.internal.FloatApproximant;
import invact.form.internal.RationalPieces;
import invact.internal.program.Computation;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.numeric.Dtype;
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
  private final RoundedHeight height;
  private final Value right;
  private final Value leftSign;
  private final Value u;

  private Backward(RoundedHeight height, Indicator indicator) {
    this.height = height;
    if (indicator == Indicator.BOOL) {
      right = b.input("right", Type.BOOL);
      leftSign = null;
    } else {
      leftSign = b.input("left_sign", Type.I32);
      right = b.ge(leftSign, b.integer(0));
    }
    u = Height.write(b, y, height);
  }

  /**
   * The program that evaluates g on both branches and selects one.
   *
   * @param set its coefficients
   * @param dtype the dtype of the outputs: fp32, bf16 or fp16
   * @param indicator in what form S comes
   * @return inputs dy, y and S, output dx
   * @throws IllegalArgumentException if fp32 cannot hold a coefficient
   */
  public static Computation either(CoefficientSet set, Dtype dtype, Indicator indicator) {
    return either(
        set.left().approximant(), set.right().approximant(), set.decoding().get(dtype), indicator);
  }

  /**
   * The same of the approximants of two branches.
   *
   * @param left on the left
   * @param right on the right
   * @param height of the outputs
   * @param indicator in what form S comes
   * @return inputs dy, y and S, output dx
   * @throws IllegalArgumentException if fp32 cannot hold a coefficient
   */
  public static Computation either(
      BranchApproximant left, BranchApproximant right, RoundedHeight height, Indicator indicator) {
    return new Backward(height, indicator).either(left, right);
  }

  private Computation either(BranchApproximant left, BranchApproximant right) {
    Value onLeft = Derivative.write(b.prefix("left_"), left, y, u, height);
    Value onRight = Derivative.write(b.prefix("right_"), right, y, u, height);
    return multiply(b.select(this.right, onRight, onLeft));
  }

  /**
   * The program that evaluates one rational for both branches: each branch has one or more segments
   * of the root, of which no more than eight are in all, and each element takes its own segment's
   * coefficients from tables. That is half the work, and what waits for the root is shorter.
   *
   * @param set its coefficients
   * @param dtype the dtype of the outputs: fp32, bf16 or fp16
   * @param indicator in what form S comes
   * @return inputs dy, y and S, output dx, bit for bit what {@link #either} gives; nothing if a
   *     form is no rational in the root, there are too many segments, the branches have different
   *     targets, or the left one reaches a cut-off
   * @throws IllegalArgumentException if fp32 cannot hold a coefficient
   */
  public static Optional<Computation> joined(CoefficientSet set, Dtype dtype, Indicator indicator) {
    RoundedHeight height = set.decoding().get(dtype);
    Optional<RationalPieces> left = pieces(set.left().approximant());
    Optional<RationalPieces> right = pieces(set.right().approximant());
    Target target = set.left().approximant().target();
    if (left.isEmpty() || right.isEmpty() || target != set.right().approximant().target()) {
      return Optional.empty();
    }
    float deepest = StrictMath.max((0 - height.minimum()) - height.offset(), height.least());
    if (left.get().cutoff() < deepest || right.get().cutoff() < deepest) {
      return Optional.empty();
    }
    return SignedRootPieces.of(left.get(), right.get())
        .map(
            pieces -> new Backward(height, indicator).joined(pieces, right.get().cutoff(), target));
  }

  /**
   * An approximant as polynomials or rationals in the root.
   *
   * @param branch the approximant
   * @return the pieces; nothing for other forms
   * @throws IllegalArgumentException if fp32 cannot hold a coefficient
   */
  public static Optional<RationalPieces> pieces(BranchApproximant branch) {
    return branch.approximant().form().pieces(FloatApproximant.rounded(branch.approximant()));
  }

  /**
   * The program that evaluates one polynomial or rational for each branch, for targets on which
   * selecting costs little: numerators and denominators are selected before they are divided, where
   * both branches divide. Its steps depend on the degrees alone, so that coefficients padded by
   * {@link RationalPieces#padded} share the program of their shape.
   *
   * @param height of the outputs
   * @param left of one segment, without a cut-off, standing for f′
   * @param right of one segment, standing for f′
   * @return inputs dy, y and right, output dx, bit for bit what {@link #either} gives
   */
  public static Computation paired(
      RoundedHeight height, RationalPieces left, RationalPieces right) {
    return new Backward(height, Indicator.BOOL).paired(left, right);
  }

  private Computation paired(RationalPieces left, RationalPieces right) {
    Value r = b.sqrt(u);
    Ratio onLeft = ratio(b.prefix("left_"), left, r);
    Ratio onRight = ratio(b.prefix("right_"), right, r);
    b.prefix("");
    boolean divideOnce = onLeft.isRational() && onRight.isRational();
    Value q =
        divideOnce
            ? b.divide(
                b.select(this.right, onRight.numerator, onLeft.numerator),
                b.select(this.right, onRight.denominator, onLeft.denominator))
            : b.select(this.right, onRight.value(b), onLeft.value(b));
    return atEnds(q, right.cutoff());
  }

  /** One rational; no denominator for a polynomial. */
  private record Ratio(Value numerator, Value denominator) {
    boolean isRational() {
      return denominator != null;
    }

    Value value(ProgramBuilder b) {
      return isRational() ? b.divide(numerator, denominator) : numerator;
    }
  }

  private static Ratio ratio(ProgramBuilder b, RationalPieces pieces, Value r) {
    Value t = b.subtract(r, b.parameter("centre", pieces.starts()[0]));
    float[] below = pieces.denominators()[0];
    Value denominator =
        below.length == 0
            ? null
            : b.horner(
                t,
                below.length,
                j -> j == 0 ? b.constant(1.0f) : b.parameter("b" + j, below[j - 1]));
    float[] above = pieces.numerators()[0];
    Value numerator = b.horner(t, above.length - 1, j -> b.parameter("a" + j, above[j]));
    return new Ratio(numerator, denominator);
  }

  /**
   * The program that finds one of up to eight segments over both branches by integer comparisons:
   * polynomials of a degree, lower ones padded.
   *
   * @param height of the outputs
   * @param left its segments, without a cut-off, standing for f′
   * @param right its segments, standing for f′
   * @param degree of the polynomials at least
   * @return inputs dy, y and right, output dx, bit for bit what {@link #either} gives; nothing if
   *     there are fewer than three or more than eight segments
   */
  public static Optional<Computation> keyed(
      RoundedHeight height, RationalPieces left, RationalPieces right, int degree) {
    return SignedRootPieces.of(left, right, degree)
        .filter(pieces -> !pieces.isPair())
        .map(pieces -> new Backward(height, Indicator.BOOL).keyed(pieces, right.cutoff()));
  }

  private Computation keyed(SignedRootPieces pieces, float cutoff) {
    return atEnds(pieces.byKey(b, b.sqrt(u), right), cutoff);
  }

  /** An infinite height lies beyond a finite cut-off. */
  private Computation atEnds(Value q, float cutoff) {
    Value onLeft = Derivative.atLeftEnd(b, b.ge(y, b.constant(0.0f)), q);
    Value last = b.parameter("cutoff", Math.min(cutoff, Float.MAX_VALUE));
    Value onRight = b.select(b.gt(u, last), b.constant(1.0f), q);
    return multiply(b.select(right, onRight, onLeft));
  }

  private Computation joined(SignedRootPieces pieces, float cutoff, Target target) {
    Value r = b.sqrt(u);
    Value q = leftSign == null ? pieces.byBool(b, r, b.not(right)) : pieces.bySign(b, r, leftSign);
    Value g = Derivative.fromTarget(b, target, q, y, height);
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
