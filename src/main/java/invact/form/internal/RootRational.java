package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

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
 * @param cutoff the height beyond which q = 1, +∞ for none
 */
public record RootRational(int numeratorDegree, int denominatorDegree, double centre, double cutoff)
    implements Form {
  /** Best approximants of higher degrees are not to be told apart in double precision. */
  public static final int MAX_DEGREE = 12;

  /** What the roundings of this program may take from a sum of terms, generously. */
  private static final double ROUNDING = 0x1p-44;

  /** Twice fp32's rounding, for each step of Horner's scheme. */
  private static final double SINGLE_ROUNDING = 0x1p-23;

  /** The family, over all types. */
  public static final Family FAMILY =
      new Family(
          "root-rational",
          Family.Kind.RATIONAL,
          List.of(
              new Family.Count("numeratorDegree", "M", 0, MAX_DEGREE),
              new Family.Count("denominatorDegree", "N", 1, MAX_DEGREE)),
          true,
          true,
          "(a0 + … + aM·t^M)/(1 + … + bN·t^N)",
          "M+1+N",
          (spec, depth) ->
              new RootRational(spec.count(0), spec.count(1), spec.centre(), spec.cutoff()));

  /**
   * The form of one type and cut-off.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public RootRational {
    FAMILY.spec(centre, cutoff, numeratorDegree, denominatorDegree);
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
  public FormSpec spec() {
    return FAMILY.spec(centre, cutoff, numeratorDegree, denominatorDegree);
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
        + ExpansionPoint.description(centre, cutoff);
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
      nonlinear.add(new NonlinearCoefficient(numeratorDegree + j, 0.01, 10.0, true, -0.5 * j));
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

  /** Looked for in the coefficients as they are, and in those that fp32 leaves of them. */
  @Override
  public OptionalDouble pole(double[] c, double largest) {
    double[] exact = new double[denominatorDegree + 1];
    exact[0] = 1;
    System.arraycopy(c, numeratorDegree + 1, exact, 1, denominatorDegree);
    double[] rounded = Arrays.stream(exact).map(b -> (float) b).toArray();
    double end = StrictMath.min(largest, Float.MAX_VALUE);
    OptionalDouble pole = pole(exact, centre, StrictMath.min(end, cutoff), ROUNDING);
    return pole.isPresent()
        ? pole
        : pole(
            rounded,
            (float) centre,
            // A little more, since the root is rounded too.
            StrictMath.min(end, (float) cutoff) * (1 + SINGLE_ROUNDING),
            denominatorDegree * SINGLE_ROUNDING);
  }

  private static OptionalDouble pole(double[] c, double centre, double largest, double share) {
    double end = StrictMath.nextUp(StrictMath.nextUp(StrictMath.sqrt(largest)) - centre);
    OptionalDouble t = AwayFromZero.fails(c, -centre, end, share);
    return t.isPresent()
        ? OptionalDouble.of((t.getAsDouble() + centre) * (t.getAsDouble() + centre))
        : t;
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
