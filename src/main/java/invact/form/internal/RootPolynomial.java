package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A polynomial in the root, q = c₀ + c₁·t + … + c_d·tᵈ with t = √u − centre; 1 beyond the cut-off.
 *
 * <p>The inverted derivative is analytic in the signed root at T, so that polynomials in r converge
 * geometrically there; at the far end of the left branch, where it has a logarithmic singularity,
 * they converge slowly.
 *
 * <p>About 0 the powers cancel each other: at degree 16 the terms are 10⁹ times the approximation's
 * error. About the middle of the range they are not much larger than the function.
 *
 * @param degree d, from 0 to {@value #MAX_DEGREE}
 * @param centre the root about which the powers are taken, finite and at least 0
 * @param cutoff the height beyond which q = 1, +∞ for none
 */
public record RootPolynomial(int degree, double centre, double cutoff) implements Form {
  /** Beyond it the powers are too nearly dependent to be told apart in double precision. */
  public static final int MAX_DEGREE = 24;

  /** The family, over all degrees. */
  public static final Family FAMILY =
      new Family(
          "root-polynomial",
          Family.Kind.POLYNOMIAL,
          List.of(new Family.Count("degree", "D", 0, MAX_DEGREE)),
          true,
          true,
          "c0 + … + cD·t^D",
          "D+1",
          (spec, depth) -> new RootPolynomial(spec.count(0), spec.centre(), spec.cutoff()));

  /**
   * The form of one degree and cut-off.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public RootPolynomial {
    FAMILY.spec(centre, cutoff, degree);
  }

  /**
   * The form about 0, without a cut-off.
   *
   * @param degree d, from 0 to {@value #MAX_DEGREE}
   */
  public RootPolynomial(int degree) {
    this(degree, 0.0, Double.POSITIVE_INFINITY);
  }

  @Override
  public FormSpec spec() {
    return FAMILY.spec(centre, cutoff, degree);
  }

  @Override
  public String formula() {
    return "c0 + … + c" + degree + "·t^" + degree + ExpansionPoint.description(centre, cutoff);
  }

  @Override
  public int coefficientCount() {
    return degree + 1;
  }

  @Override
  public List<NonlinearCoefficient> nonlinear() {
    return List.of();
  }

  @Override
  public double value(double u, double[] c) {
    return u > cutoff ? 1.0 : Horner.value(c, 0, degree, StrictMath.sqrt(u) - centre);
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    if (u > cutoff) {
      Arrays.fill(gradient, 0.0);
    } else {
      Horner.powers(1.0, StrictMath.sqrt(u) - centre, degree, gradient, 0);
    }
  }

  @Override
  public Optional<RationalPieces> pieces(float[] c) {
    return Optional.of(RationalPieces.whole((float) centre, c, new float[0], (float) cutoff));
  }

  @Override
  public Value write(ProgramBuilder b, Value u, float[] c) {
    return pieces(c).orElseThrow().write(b, u);
  }
}
