package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.List;

/**
 * The paper's form for GELU's left branch, q = c₀ + c₁·v^c₂·(1 − v)^c₃ with v = u/|f(T)| in [0, 1]
 * (Novikov and Oseledets, arXiv 2407.15545, section 5.1).
 *
 * @param depth |f(T)| &gt; 0
 */
public record PaperGeluLeft(double depth) implements Form {
  private static final String FORMULA = "c0 + c1·v^c2·(1−v)^c3, v = u/|f(T)|";

  /** The family of this one form. */
  public static final Family FAMILY =
      Family.single("paper-gelu-left", FORMULA, 4, (spec, depth) -> new PaperGeluLeft(depth));

  /**
   * The form for one activation.
   *
   * @throws IllegalArgumentException unless the depth is positive and finite
   */
  public PaperGeluLeft {
    if (!(depth > 0 && depth < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("depth |f(T)| must be positive and finite: " + depth);
    }
  }

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
    return 4;
  }

  @Override
  public List<NonlinearCoefficient> nonlinear() {
    return List.of(
        new NonlinearCoefficient(2, 0.1, 3.0, true, 0),
        new NonlinearCoefficient(3, 0.1, 3.0, true, 0));
  }

  @Override
  public double value(double u, double[] c) {
    double v = StrictMath.min(u / depth, 1.0);
    return c[0] + c[1] * power(v, c[2]) * power(1.0 - v, c[3]);
  }

  @Override
  public Value write(ProgramBuilder b, Value u, float[] c) {
    Value v = b.min(b.divide(u, b.parameter("depth", (float) depth)), b.constant(1.0f));
    Value rising = b.power(v, b.parameter("c2", c[2]));
    Value falling = b.power(b.subtract(b.constant(1.0f), v), b.parameter("c3", c[3]));
    return b.fma(b.parameter("c1", c[1]), b.multiply(rising, falling), b.parameter("c0", c[0]));
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    double v = StrictMath.min(u / depth, 1.0);
    double product = power(v, c[2]) * power(1.0 - v, c[3]);
    gradient[0] = 1.0;
    gradient[1] = product;
    gradient[2] = c[1] * timesLogarithm(product, v);
    gradient[3] = c[1] * timesLogarithm(product, 1.0 - v);
  }

  private static double power(double base, double exponent) {
    return StrictMath.pow(base, exponent);
  }

  /** p·ln(b), continued by its limit 0 where b = 0 makes p = 0. */
  private static double timesLogarithm(double p, double b) {
    return p == 0 ? 0.0 : p * StrictMath.log(b);
  }
}
