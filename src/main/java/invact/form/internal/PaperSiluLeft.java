package invact.form.internal;

import invact.form.FormSpec;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import java.util.List;

/**
 * The paper's form for SiLU's left branch, q = c₀ + c₁·√u + c₂·u + c₃·u² (Novikov and Oseledets,
 * arXiv 2407.15545, eq. 6, which the paper heads "GELU").
 */
public record PaperSiluLeft() implements Form {
  private static final String FORMULA = "c0 + c1·√u + c2·u + c3·u²";

  /** The family of this one form. */
  public static final Family FAMILY =
      Family.single("paper-silu-left", FORMULA, 4, (spec, depth) -> new PaperSiluLeft());

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
    return List.of();
  }

  @Override
  public double value(double u, double[] c) {
    return c[0] + c[1] * StrictMath.sqrt(u) + u * (c[2] + c[3] * u);
  }

  @Override
  public Value write(ProgramBuilder b, Value u, float[] c) {
    Value high = b.fma(b.parameter("c3", c[3]), u, b.parameter("c2", c[2]));
    Value low = b.fma(b.parameter("c1", c[1]), b.sqrt(u), b.parameter("c0", c[0]));
    return b.fma(u, high, low);
  }

  @Override
  public void gradient(double u, double[] c, double[] gradient) {
    gradient[0] = 1.0;
    gradient[1] = StrictMath.sqrt(u);
    gradient[2] = u;
    gradient[3] = u * u;
  }
}
