package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.Arrays;
import java.util.List;

/**
 * One plus a polynomial in the root that an exponential damps, q = 1 + (a₀ + … + a_d·rᵈ)·exp(−k·uᵖ)
 * with r = √u: the right branch on all of its length; exactly 1 beyond the cut-off. The
 * coefficients are a₀ … a_d, k in this order.
 *
 * @param degree d, from 0 to {@value #MAX_DEGREE}
 * @param decay what damps
 * @param cutoff the height beyond which q = 1, +∞ for none
 */
public record RootExponential(int degree, Decay decay, double cutoff) implements Form {
  /** More coefficients than this are better spent on a form without an exponential. */
  public static final int MAX_DEGREE = 16;

  /** The exponential factor of the form. */
  public enum Decay {
    /** exp(−k·u), as f′ decays for SiLU, where u ≈ x. */
    EXPONENTIAL("exp", "exp(−k·u)"),
    /** exp(−k·u²), as f′ decays for GELU. */
    GAUSSIAN("gauss", "exp(−k·u²)");

    private final Family family;
    private final String formula;

    Decay(String label, String formula) {
      this.formula = formula;
      family =
          new Family(
              "root-" + label,
              Family.Kind.EXPONENTIAL,
              List.of(new Family.Count("degree", "D", 0, MAX_DEGREE)),
              false,
              true,
              "1 + (a0 + … + aD·t^D)·" + formula,
              "D+2",
              (spec, depth) -> new RootExponential(spec.count(0), this, spec.cutoff()));
    }

    /**
     * The family of forms that damp so.
     *
     * @return the family, over all degrees
     */
    public Family family() {
      return family;
    }

    private double exponent(double u) {
      return this == EXPONENTIAL ? u : u * u;
    }
  }

  /**
   * The form of one degree, decay and cut-off.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public RootExponential {
    decay.family.spec(0.0, cutoff, degree);
  }

  /**
   * The form without a cut-off.
   *
   * @param degree d, from 0 to {@value #MAX_DEGREE}
   * @param decay what damps
   */
  public RootExponential(int degree, Decay decay) {
    this(degree, decay, Double.POSITIVE_INFINITY);
  }

  @Override
  public FormSpec spec() {
    return decay.family.spec(0.0, cutoff, degree);
  }

  @Override
  public String formula() {
    return "1 + (a0 + … + a"
        + degree
        + "·t^"
        + degree
        + ")·"
        + decay.formula
        + ExpansionPoint.description(0.0, cutoff);
  }

  @Override
  public int coefficientCount() {
    return degree + 2;
  }

  @Override
  public List<NonlinearCoefficient> nonlinear() {
    double heightPower = decay == Decay.EXPONENTIAL ? -1 : -2;
    return List.of(new NonlinearCoefficient(degree + 1, 0.05, 5.0, true, heightPower));
  }

  @Override
  public double value(double u, double[] c) {
    if (u > cutoff) {
      return 1.0;
    }
    double factor = StrictMath.exp(-c[degree + 1] * decay.exponent(u));
    // Where the factor is 0 the polynomial may be infinite.
    return factor == 0
        ? 1.0
        : StrictMath.fma(Horner.value(c, 0, degree, StrictMath.sqrt(u)), factor, 1.0);
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    double exponent = decay.exponent(u);
    double factor = u > cutoff ? 0.0 : StrictMath.exp(-c[degree + 1] * exponent);
    if (factor == 0) {
      Arrays.fill(gradient, 0.0);
      return;
    }
    double r = StrictMath.sqrt(u);
    Horner.powers(factor, r, degree, gradient, 0);
    gradient[degree + 1] = -exponent * factor * Horner.value(c, 0, degree, r);
  }

  @Override
  public boolean endsInOne() {
    return true;
  }

  /** Where the exponential is 0, q is 1, though the polynomial may have overflowed. */
  @Override
  public Value write(ProgramBuilder b, Value u, float[] c) {
    Value power = decay == Decay.EXPONENTIAL ? u : b.multiply(u, u);
    Value k = b.parameter("k", c[degree + 1]);
    Value e = b.exp(b.negate(b.multiply(k, power)));
    Value factor = b.horner(b.sqrt(u), degree, j -> b.parameter("a" + j, c[j]));
    Value one = b.constant(1.0f);
    Value q = b.select(b.eq(e, b.constant(0.0f)), one, b.fma(factor, e, one));
    return cutoff == Double.POSITIVE_INFINITY
        ? q
        : b.select(b.gt(u, b.parameter("cutoff", (float) cutoff)), one, q);
  }
}
