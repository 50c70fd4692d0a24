package invact.approx;

import invact.program.ProgramBuilder;
import invact.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A rational function of the root, q = (a₀ + … + a_m·tᵐ) / (1 + b₁·t + … + b_n·tⁿ) with t = √u −
 * centre; 1 beyond the cut-off. The coefficients are a₀ … a_m, b₁ … b_n in this order.
 *
 * <p>The left branch has a logarithmic singularity at its far end, √u = √|f(T)|. Best approximants
 * have poles and zeros just behind it, so that about 0 both polynomials nearly vanish there, as
 * differences of large terms; about the far end their terms hardly cancel.
 *
 * @param numeratorDegree m, from 0 to {@value #MAX_DEGREE}
 * @param denominatorDegree n, from 1 to {@value #MAX_DEGREE}
 * @param centre the root about which the powers are taken, finite and at least 0
 * @param cutoff the lift beyond which q = 1, +∞ for none
 */
public record RootRational(int numeratorDegree, int denominatorDegree, double centre, double cutoff)
    implements Form {
  /** Best approximants of higher degrees are not to be told apart in double precision. */
  public static final int MAX_DEGREE = 12;

  /** What the name starts with. */
  static final String PREFIX = "root-rational-";

  /**
   * The form of one type and cut-off.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public RootRational {
    if (numeratorDegree < 0 || numeratorDegree > MAX_DEGREE) {
      throw new IllegalArgumentException(
          "numerator degree must lie in [0, " + MAX_DEGREE + "]: " + numeratorDegree);
    }
    if (denominatorDegree < 1 || denominatorDegree > MAX_DEGREE) {
      throw new IllegalArgumentException(
          "denominator degree must lie in [1, " + MAX_DEGREE + "]: " + denominatorDegree);
    }
    Placement.requireCentre(centre);
    Placement.requireCutoff(cutoff);
  }

  /**
   * The form about 0, without a cut-off.
   *
   * @param numeratorDegree m, from 0 to {@value #MAX_DEGREE}
   * @param denominatorDegree n, from 1 to {@value #MAX_DEGREE}
   */
  public RootRational(int numeratorDegree, int denominatorDegree) {
    this(numeratorDegree, denominatorDegree, 0.0, Double.POSITIVE_INFINITY);
  }

  @Override
  public String name() {
    return PREFIX + numeratorDegree + "-" + denominatorDegree + Placement.suffix(centre, cutoff);
  }

  @Override
  public String formula() {
    return "(a0 + … + a"
        + numeratorDegree
        + "·t^"
        + numeratorDegree
        + ")/(1 + … + b"
        + denominatorDegree
        + "·t^"
        + denominatorDegree
        + ")"
        + Placement.description(centre, cutoff);
  }

  @Override
  public int coefficientCount() {
    return numeratorDegree + 1 + denominatorDegree;
  }

  /** The coefficients of the denominator; positive ones have no pole where t ≥ 0. */
  @Override
  public List<NonlinearCoefficient> nonlinear() {
    List<NonlinearCoefficient> nonlinear = new ArrayList<>();
    for (int j = 1; j <= denominatorDegree; j++) {
      nonlinear.add(new NonlinearCoefficient(numeratorDegree + j, 0.01, 10.0, true));
    }
    return List.copyOf(nonlinear);
  }

  @Override
  public double value(double u, double[] c) {
    if (u > cutoff) {
      return 1.0;
    }
    double t = StrictMath.sqrt(u) - centre;
    return Horner.value(c, 0, numeratorDegree, t) / denominator(t, c);
  }

  /**
   * The denominator, 1 + b₁·t + … + b_n·tⁿ.
   *
   * @param t √u − centre
   * @param c the coefficients
   * @return its value
   */
  public double denominator(double t, double[] c) {
    return StrictMath.fma(Horner.value(c, numeratorDegree + 1, denominatorDegree - 1, t), t, 1.0);
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    if (u > cutoff) {
      Arrays.fill(gradient, 0.0);
      return;
    }
    double t = StrictMath.sqrt(u) - centre;
    double reciprocal = 1.0 / denominator(t, c);
    double quotient = Horner.value(c, 0, numeratorDegree, t) * reciprocal;
    Horner.powers(reciprocal, t, numeratorDegree, gradient, 0);
    Horner.powers(
        -quotient * reciprocal * t, t, denominatorDegree - 1, gradient, numeratorDegree + 1);
  }

  @Override
  public Optional<RationalPieces> pieces(float[] c) {
    return Optional.of(
        RationalPieces.whole(
            (float) centre,
            Arrays.copyOf(c, numeratorDegree + 1),
            Arrays.copyOfRange(c, numeratorDegree + 1, c.length),
            (float) cutoff));
  }

  @Override
  public Value write(ProgramBuilder b, Value u, float[] c) {
    return pieces(c).orElseThrow().write(b, u);
  }
}
