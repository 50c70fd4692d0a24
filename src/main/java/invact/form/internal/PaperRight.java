package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.List;

/**
 * The paper's form for the right branch of both activations, q = 1 + (c₀ + c₁·√u + c₂·u)·exp(c₃·(c₄
 * − u)³) (Novikov and Oseledets, arXiv 2407.15545, section 5.1; for SiLU eq. 7, which the paper
 * heads "GELU").
 */
public record PaperRight() implements Form {
  private static final String FORMULA = "1 + (c0 + c1·√u + c2·u)·exp(c3·(c4−u)³)";

  /** The family of this one form. */
  public static final Family FAMILY =
      Family.single("paper-right", FORMULA, 5, (spec, depth) -> new PaperRight());

  @Override
  public FormSpec spec() {
    return FAMILY.spec(0.0, Double.POSITIVE_INFINITY);
  }

  @Override
  public String formula() {
    return FORMULA;
  }

  @Override
  public int coefficientCount() {
    return 5;
  }

  /**
   * c₃ &gt; 0 makes the exponential fall for large u; c₄ moves its point of inflection. Wider
   * ranges reach only plateaus where the exponential under- or overflows.
   */
  @Override
  public List<NonlinearCoefficient> nonlinear() {
    return List.of(
        new NonlinearCoefficient(3, 1e-4, 1.0, true, -3),
        new NonlinearCoefficient(4, -10.0, 3.0, false, 1));
  }

  @Override
  public double value(double u, double[] c) {
    double power = exponential(u, c);
    return power == 0 ? 1.0 : 1.0 + (c[0] + c[1] * StrictMath.sqrt(u) + c[2] * u) * power;
  }

  @Override
  public boolean endsInOne() {
    return true;
  }

  /** Where the exponential is 0, q is 1, though its factor may have overflowed. */
  @Override
  public Value write(ProgramBuilder b, Value u, float[] c) {
    Value d = b.subtract(b.parameter("c4", c[4]), u);
    Value cube = b.multiply(b.multiply(d, d), d);
    Value e = b.exp(b.multiply(b.parameter("c3", c[3]), cube));
    Value low = b.fma(b.parameter("c1", c[1]), b.sqrt(u), b.parameter("c0", c[0]));
    Value factor = b.fma(b.parameter("c2", c[2]), u, low);
    Value one = b.constant(1.0f);
    return b.select(b.eq(e, b.constant(0.0f)), one, b.fma(factor, e, one));
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    double power = exponential(u, c);
    double root = StrictMath.sqrt(u);
    double distance = c[4] - u;
    double square = distance * distance;
    double scaled = (c[0] + c[1] * root + c[2] * u) * power;
    gradient[0] = power;
    gradient[1] = root * power;
    gradient[2] = u * power;
    gradient[3] = scaled * square * distance;
    gradient[4] = scaled * 3.0 * c[3] * square;
  }

  private static double exponential(double u, double[] c) {
    double distance = c[4] - u;
    return StrictMath.exp(c[3] * (distance * distance * distance));
  }
}
