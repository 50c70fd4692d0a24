package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.Cost;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.internal.program.Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A family of approximators q(u; c) of a function of the height u = y − f(T) ≥ 0, with free
 * coefficients c.
 *
 * <p>In some of its coefficients a form is linear: with the others fixed, q = q₀(u) + Σ cⱼ·φⱼ(u),
 * where φⱼ = ∂q/∂cⱼ does not depend on the linear coefficients. A fit can therefore solve for those
 * exactly.
 *
 * <p>Forms are immutable and compute with {@link StrictMath} alone.
 */
public sealed interface Form
    permits PaperGeluLeft,
        PaperSiluLeft,
        PaperRight,
        RootPolynomial,
        RootRational,
        RootExponential,
        SegmentedPolynomial {
  /**
   * The family of the form and its parameters.
   *
   * @return what tells this form from all others, but for the activation it serves
   */
  FormSpec spec();

  /**
   * The name on the command line and in tables.
   *
   * @return a lower-case name
   */
  default String name() {
    return spec().name();
  }

  /**
   * What q is, in the symbols of this project's documents.
   *
   * @return the formula
   */
  String formula();

  /**
   * The number of coefficients.
   *
   * @return the length of c
   */
  int coefficientCount();

  /**
   * The coefficients in which q is not linear, with the ranges in which a search for them starts.
   *
   * @return the ranges, by ascending index; empty if q is linear in all coefficients
   */
  List<NonlinearCoefficient> nonlinear();

  /**
   * q(u; c).
   *
   * @param u the height, u ≥ 0; NaN gives NaN
   * @param c the coefficients
   * @return the value; where q has a limit as u → ∞, large finite u give it without overflow
   */
  double value(double u, double[] c);

  /**
   * ∂q/∂cⱼ for all j.
   *
   * @param u the height, u ≥ 0 and finite
   * @param c the coefficients
   * @param gradient receives the derivatives
   */
  void gradient(double u, double[] c, double[] gradient);

  /**
   * The height beyond which q is exactly 1.
   *
   * @return the cut-off, +∞ if there is none
   */
  default double cutoff() {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Writes q(u; c) in fp32, in the order of operations that every backend keeps.
   *
   * @param b writes it
   * @param u the height, an F32, u ≥ 0; NaN gives NaN
   * @param c the coefficients, rounded to fp32
   * @return q
   */
  Value write(ProgramBuilder b, Value u, float[] c);

  /**
   * q as polynomials or rationals in the root, if it is nothing else. Those of both branches can be
   * evaluated as one, which is faster.
   *
   * @param c the coefficients, rounded to fp32
   * @return the pieces; nothing for any other form
   */
  default Optional<RationalPieces> pieces(float[] c) {
    return Optional.empty();
  }

  /**
   * Whether q tends to 1 or is cut off to be 1, as the right branch's limit for x → ∞ asks for.
   *
   * @return true if so
   */
  default boolean endsInOne() {
    return cutoff() < Double.POSITIVE_INFINITY;
  }

  /**
   * What is wrong with coefficients, beside their number and range.
   *
   * @param c as many finite coefficients as the form has
   * @return the reason why they cannot be the form's; nothing if they can
   */
  default Optional<String> objection(double[] c) {
    return Optional.empty();
  }

  /**
   * Where q has a pole, or a denominator that fp32 arithmetic may take to 0. The answer holds for
   * all heights from 0 on, not for a sample of them.
   *
   * @param c the coefficients
   * @param largest the largest height that matters
   * @return such a height, or nothing if there is none
   */
  default OptionalDouble pole(double[] c, double largest) {
    return OptionalDouble.empty();
  }

  /**
   * What q(u) costs at run time, from the height on.
   *
   * @return the instructions for one element
   */
  default Cost cost() {
    ProgramBuilder b = new ProgramBuilder("form");
    Value u = b.input("u", Type.F32);
    return Cost.of(b.output("q", write(b, u, new float[coefficientCount()])).build().program());
  }

  /**
   * A coefficient in which a form is not linear.
   *
   * @param index its index in c
   * @param low least starting value
   * @param high largest starting value
   * @param logarithmic whether its scale is what matters, so that starts are spread evenly in its
   *     logarithm; then both ends are positive
   * @param heightPower the power of the height's unit that the coefficient has: −1 for k in k·u
   */
  record NonlinearCoefficient(
      int index, double low, double high, boolean logarithmic, double heightPower) {
    /**
     * A starting value.
     *
     * @param share where in the range: 0 at its low end, 1 at its high end
     * @param scale the activation's, to whose heights the range is taken
     * @return the value
     */
    public double at(double share, double scale) {
      double value =
          logarithmic ? low * StrictMath.pow(high / low, share) : low + share * (high - low);
      return value * StrictMath.pow(scale, heightPower);
    }

    /**
     * Where in the range a value lies: {@link #at} the other way round.
     *
     * @param value the value, positive if the range is logarithmic
     * @param scale the activation's
     * @return the share
     */
    public double share(double value, double scale) {
      double inRange = value / StrictMath.pow(scale, heightPower);
      return logarithmic
          ? StrictMath.log(inRange / low) / StrictMath.log(high / low)
          : (inRange - low) / (high - low);
    }
  }
}
