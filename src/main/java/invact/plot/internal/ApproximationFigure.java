package invact.plot.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.sampling.internal.BranchSampling;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** {@code NAME-BRANCH}: the exact function, the approximant and its error on one branch. */
public final class ApproximationFigure {
  /** The left branch is drawn until f′ is this near to 0. */
  private static final double FLAT = 1e-5;

  /**
   * The right branch is drawn until f′ is this near to 1: farther out y ≈ x would take the width of
   * the figure.
   */
  private static final double FLAT_RIGHT = 1e-3;

  /** The distance from T that the panel near T shows. */
  private static final double NEAR = 1;

  private ApproximationFigure() {}

  /**
   * The exact function and the approximant on the left axis, the error of the approximant on the
   * right axis; in one panel on the whole branch against y, in the other near T against the root of
   * the height above the minimum.
   *
   * <p>The exact function is the target of the fit, f′∘f⁻¹ or σ∘f⁻¹.
   *
   * @param set the coefficient set
   * @param branch the branch
   * @return the figure
   */
  public static Figure of(CoefficientSet set, Branch branch) {
    BranchApproximant approximant = set.branch(branch).approximant();
    Activation f = approximant.activation();
    String target = approximant.target() == Target.SIGMOID ? "σ(f⁻¹(y))" : "f′(f⁻¹(y))";
    double reach = BranchSampling.reach(f, branch, branch == Branch.LEFT ? FLAT : FLAT_RIGHT);
    Samples whole = Samples.of(approximant, reach);
    Samples near = Samples.of(approximant, NEAR);

    double scale = StrictMath.max(largest(whole.error()), largest(near.error()));
    int exponent = scale == 0 ? 0 : (int) StrictMath.floor(StrictMath.log10(scale));
    double unit = StrictMath.pow(10, exponent);
    double limit = roundUp(scale / unit);
    Axis right =
        Axis.linear(
            exponent == 0 ? "error" : "error / " + TickLabels.powerOfTen(exponent), -limit, limit);
    Axis left = ordinates(target, whole.exact());
    String fT = "y = f(T) = " + TickLabels.decimal(f.minimum(), 4);

    return new Figure(
        set.name() + "-" + branch.label(),
        set.name()
            + ", "
            + branch.label()
            + " branch: the exact function, the approximant, its error",
        Figure.PANEL_HEIGHT,
        List.of(
            new Panel(
                set.name() + ", " + branch.label() + " branch",
                Axis.linear(
                    "output y = f(x)", f.minimum(), branch == Branch.LEFT ? 0 : largest(whole.y())),
                left,
                right,
                whole.curves(whole.y(), f.minimum(), fT, target, left, unit)),
            new Panel(
                "near T",
                Axis.linear("√(y − f(T))", 0, largest(near.root())),
                left,
                right,
                near.curves(near.root(), 0, fT, target, left, unit))));
  }

  /** One branch at the inputs at which it is drawn. */
  private record Samples(double[] y, double[] root, double[] exact, double[] approximate) {
    static Samples of(BranchApproximant approximant, double reach) {
      Activation f = approximant.activation();
      double[] x = BranchSampling.inputs(f, approximant.branch(), reach);
      double[] y = values(x, f::value);
      return new Samples(
          y,
          values(y, v -> StrictMath.sqrt(f.height(v))),
          values(x, v -> approximant.target().value(f, v)),
          values(y, v -> approximant.approximant().value(f.height(v))));
    }

    double[] error() {
      double[] error = new double[exact.length];
      for (int i = 0; i < error.length; i++) {
        error[i] = approximate[i] - exact[i];
      }
      return error;
    }

    List<Curve> curves(
        double[] abscissas,
        double border,
        String borderLabel,
        String target,
        Axis left,
        double unit) {
      return List.of(
          Curve.border(borderLabel, border, left),
          Curve.on(Curve.Side.LEFT, "exact " + target, LineStyle.EXACT, abscissas, exact),
          Curve.on(Curve.Side.LEFT, "approximant", LineStyle.APPROXIMANT, abscissas, approximate),
          Curve.on(
              Curve.Side.RIGHT,
              "error: approximant − exact",
              LineStyle.ERROR,
              abscissas,
              values(error(), e -> e / unit)));
    }
  }

  private static double[] values(double[] arguments, DoubleUnaryOperator function) {
    double[] values = new double[arguments.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = function.applyAsDouble(arguments[i]);
    }
    return values;
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      // Skips what is not a number: such errors have no place on an axis.
      if (Double.isFinite(value) && StrictMath.abs(value) > largest) {
        largest = StrictMath.abs(value);
      }
    }
    return largest;
  }

  /** An axis that ends at tenths around the values. */
  private static Axis ordinates(String title, double[] values) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      low = StrictMath.min(low, value);
      high = StrictMath.max(high, value);
    }
    return Axis.linear(title, StrictMath.floor(low * 10) / 10, StrictMath.ceil(high * 10) / 10);
  }

  /** A mantissa in [1, 10) rounded up to where a tick falls. */
  private static double roundUp(double mantissa) {
    for (double step : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8}) {
      if (mantissa <= step) {
        return step;
      }
    }
    return 10;
  }
}
