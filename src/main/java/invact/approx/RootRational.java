package invact.approx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A rational function of the root, q = (a₀ + … + a_m·rᵐ) / (1 + b₁·r + … + b_n·rⁿ) with r = √u; 1
 * beyond the cut-off. The coefficients are a₀ … a_m, b₁ … b_n in this order.
 *
 * @param numeratorDegree m, from 0 to {@value #MAX_DEGREE}
 * @param denominatorDegree n, from 1 to {@value #MAX_DEGREE}
 * @param cutoff the lift beyond which q = 1, +∞ for none
 */
public record RootRational(int numeratorDegree, int denominatorDegree, double cutoff)
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
    Cutoff.require(cutoff);
  }

  /**
   * The form without a cut-off.
   *
   * @param numeratorDegree m, from 0 to {@value #MAX_DEGREE}
   * @param denominatorDegree n, from 1 to {@value #MAX_DEGREE}
   */
  public RootRational(int numeratorDegree, int denominatorDegree) {
    this(numeratorDegree, denominatorDegree, Double.POSITIVE_INFINITY);
  }

  @Override
  public String name() {
    return PREFIX + numeratorDegree + "-" + denominatorDegree + Cutoff.suffix(cutoff);
  }

  @Override
  public String formula() {
    return "(a0 + … + a"
        + numeratorDegree
        + "·r^"
        + numeratorDegree
        + ")/(1 + … + b"
        + denominatorDegree
        + "·r^"
        + denominatorDegree
        + "), r = √u"
        + Cutoff.condition(cutoff);
  }

  @Override
  public int coefficientCount() {
    return numeratorDegree + 1 + denominatorDegree;
  }

  /** The coefficients of the denominator; positive ones have no pole at any lift. */
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
    double r = StrictMath.sqrt(u);
    return Horner.value(c, 0, numeratorDegree, r) / denominator(r, c);
  }

  /**
   * The denominator, 1 + b₁·r + … + b_n·rⁿ.
   *
   * @param r the root of the lift
   * @param c the coefficients
   * @return its value
   */
  public double denominator(double r, double[] c) {
    return StrictMath.fma(Horner.value(c, numeratorDegree + 1, denominatorDegree - 1, r), r, 1.0);
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    if (u > cutoff) {
      Arrays.fill(gradient, 0.0);
      return;
    }
    double r = StrictMath.sqrt(u);
    double reciprocal = 1.0 / denominator(r, c);
    double quotient = Horner.value(c, 0, numeratorDegree, r) * reciprocal;
    Horner.powers(reciprocal, r, numeratorDegree, gradient, 0);
    Horner.powers(
        -quotient * reciprocal * r, r, denominatorDegree - 1, gradient, numeratorDegree + 1);
  }

  @Override
  public Cost cost() {
    return new Cost(numeratorDegree + denominatorDegree + 1, 1, 1, 0, 0).plus(Cutoff.cost(cutoff));
  }
}
