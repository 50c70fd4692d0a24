package invact.activation;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.Optional;
import java.util.Set;

/**
 * A pointwise activation y = f(x) with exactly one minimum: it falls on x &lt; T and rises on x ≥
 * T, tends to 0 from below as x → −∞, and f′ tends to 0 at −∞ and to 1 at +∞.
 *
 * <p>Implementations are immutable, and compute with {@link StrictMath} alone, so that every digit
 * is the same on every machine.
 */
public interface Activation {
  /**
   * The name in JSON, file names and on the command line.
   *
   * @return a lower-case name
   */
  String name();

  /**
   * The name in running text and plots.
   *
   * @return the customary spelling
   */
  String title();

  /**
   * What f(x) is.
   *
   * @return the right-hand side of y = …
   */
  String formula();

  /**
   * What a coefficient set must keep to be read back, beside the name.
   *
   * @return the text of f(x) of an activation of one's own; nothing where the name says it all
   */
  default Optional<String> expression() {
    return Optional.empty();
  }

  /**
   * f(x).
   *
   * @param x any number; f(−∞) = −0, f(+∞) = +∞, f(NaN) = NaN, and for all built-in activations
   *     f(±0) = ±0
   * @return the value
   */
  double value(double x);

  /**
   * f′(x).
   *
   * @param x any number; f′(−∞) = 0, f′(+∞) = 1, f′(NaN) = NaN
   * @return the derivative
   */
  double derivative(double x);

  /**
   * f″(x).
   *
   * @param x any number; f″(±∞) = 0, f″(NaN) = NaN
   * @return the second derivative
   */
  double secondDerivative(double x);

  /**
   * T = argmin f.
   *
   * @return the double nearest to T
   */
  double argmin();

  /**
   * f(T), the smallest value of f.
   *
   * @return the double nearest to f(T)
   */
  double minimum();

  /**
   * Writes f(x) in fp64, the same operations as {@link #value}'s, bit for bit: from it runtimes and
   * exports are made.
   *
   * @param b writes it
   * @param x an F64
   * @return f(x); nothing where fp32 has arithmetic of its own, or f is not given by operations of
   *     programs
   */
  default Optional<Value> write(ProgramBuilder b, Value x) {
    return Optional.empty();
  }

  /**
   * What may be approximated for this activation.
   *
   * @return the targets, {@link Target#DERIVATIVE} always among them
   */
  default Set<Target> targets() {
    return Set.of(Target.DERIVATIVE);
  }

  /**
   * The branch that x lies on: S = [x ≥ T].
   *
   * @param x any number; NaN counts as left, as a failed comparison does
   * @return the branch
   */
  default Branch branch(double x) {
    return x >= argmin() ? Branch.RIGHT : Branch.LEFT;
  }

  /**
   * The height u = max(y − f(T), 0) of an output.
   *
   * @param y an output; NaN gives NaN
   * @return u ≥ 0; outputs that rounding took below f(T) count as f(T)
   */
  default double height(double y) {
    return StrictMath.max(y - minimum(), 0.0);
  }

  /**
   * f⁻¹(y) on one branch: bisection safeguarding Newton's method, to the last bits that f resolves
   * (the inverse has a square-root singularity at f(T), where half of them are lost).
   *
   * @param y on the right y ≥ f(T), on the left f(T) ≤ y ≤ 0; below f(T) counts as f(T)
   * @param branch the branch
   * @return x with f(x) = y; f⁻¹(±0) on the left is −∞, f⁻¹(+∞) on the right is +∞
   * @throws IllegalArgumentException if y is NaN, or positive on the left
   */
  default double inverse(double y, Branch branch) {
    return BranchInverse.solve(this, y, branch);
  }
}
