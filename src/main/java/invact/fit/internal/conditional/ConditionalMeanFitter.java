package invact.fit.internal.conditional;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.fit.CurveModel;
import invact.fit.FitException;
import invact.fit.LeastSquaresFitter;
import invact.fit.internal.BranchPole;
import invact.fit.internal.leastsquares.LinearPart;
import invact.fit.internal.minimax.BranchMinimax;
import invact.fit.internal.rounding.CoefficientRounding;
import invact.form.internal.Approximant;
import invact.form.internal.Form;
import invact.numeric.Dtype;
import invact.sampling.Density;
import invact.sampling.internal.QuantizationCells;
import java.util.List;

/**
 * Fits forms to the conditional mean E[f′(x) given rounded y], the best that any function of the
 * stored output can do: least squares over the cells of a dtype ({@link QuantizationCells}), each
 * weighted by its probability. The height is that of a runtime, in fp32 ({@link RoundedHeight}).
 *
 * <p>Least squares makes the bias vanish, and brings the RMS error as near to the irreducible one
 * as the form can. Where a density leaves a part of the line nearly empty, an approximant may be
 * far off there; a density with rare inputs prevents it ({@link Density#withRareInputs}).
 *
 * <p>The coefficients in which a form is not linear are those of the minimax fit to the exact
 * function. Next to T outputs lie far apart in the root, and a free denominator would put poles
 * between them.
 */
public final class ConditionalMeanFitter {
  private static final CoefficientRounding ROUNDING = new CoefficientRounding(Dtype.FP32);

  private final LeastSquaresFitter fitter = new LeastSquaresFitter();
  private final Dtype dtype;
  private final Density density;

  /**
   * A fitter for one dtype and density.
   *
   * @param dtype fp32, bf16 or fp16
   * @param density how inputs are distributed
   */
  public ConditionalMeanFitter(Dtype dtype, Density density) {
    this.dtype = dtype;
    this.density = density;
  }

  /**
   * Fits one branch.
   *
   * @param activation the activation
   * @param branch the branch
   * @param form the form
   * @return the branch, its coefficients rounded to fp32
   * @throws FitException if there are fewer outputs than coefficients, the fit does not converge,
   *     or it has a pole on the branch
   */
  public BranchCoefficients fit(Activation activation, Branch branch, Form form) {
    return fit(activation, branch, form, QuantizationCells.of(activation, dtype, density));
  }

  /**
   * Fits one branch to cells that were counted before.
   *
   * @param activation the activation
   * @param branch the branch
   * @param form the form
   * @param outputs the cells of the activation in this fitter's dtype and density
   * @return the branch, its coefficients rounded to fp32
   * @throws FitException if there are fewer outputs than coefficients, the fit does not converge,
   *     or it has a pole on the branch
   */
  public BranchCoefficients fit(
      Activation activation, Branch branch, Form form, QuantizationCells outputs) {
    // A runtime decodes y = ±0 on the left as f(−∞) whatever the coefficients.
    List<QuantizationCells.Cell> cells =
        outputs.cells().stream()
            .filter(each -> each.branch() == branch && (branch == Branch.RIGHT || each.y() < 0))
            .toList();
    if (cells.size() < form.coefficientCount()) {
      throw FitException.wrongRequest(
          dtype.label()
              + " has "
              + cells.size()
              + " outputs on the "
              + branch.label()
              + " branch of "
              + activation.name()
              + ", fewer than the coefficients of "
              + form.name());
    }
    RoundedHeight rounded = RoundedHeight.of(activation, dtype);
    double[] height = new double[cells.size()];
    double[] mean = new double[cells.size()];
    double[] weight = new double[cells.size()];
    double totalWeight = 0;
    for (int i = 0; i < height.length; i++) {
      QuantizationCells.Cell each = cells.get(i);
      height[i] = rounded.of((float) each.y());
      mean[i] = each.mean();
      weight[i] = each.weight();
      totalWeight += each.weight();
    }
    LinearPart model = new LinearPart(form, nonlinear(activation, branch, form));
    CurveModel.Fit fit;
    try {
      fit = fitter.fit(model, height, mean, weight, new double[model.parameterCount()]);
    } catch (FitException e) {
      throw new FitException(
          "%s %s: %s does not suit the outputs of %s, try another degree or centre: %s"
              .formatted(
                  activation.name(), branch.label(), form.name(), dtype.label(), e.getMessage()),
          e);
    }
    return BranchCoefficients.measured(
        BranchPole.refuse(
            new BranchApproximant(
                activation,
                branch,
                Target.DERIVATIVE,
                new Approximant(form, ROUNDING.plain(model.coefficients(fit.parameters()))))),
        new Provenance.ConditionalMean(
            dtype,
            density,
            cells.size(),
            StrictMath.sqrt(fit.sumOfSquares() / totalWeight),
            fit.conditionNumber()));
  }

  /** Coefficients of which the nonlinear ones are to be kept. */
  private static double[] nonlinear(Activation activation, Branch branch, Form form) {
    return form.nonlinear().isEmpty()
        ? new double[form.coefficientCount()]
        : BranchMinimax.of(activation, branch, Target.DERIVATIVE, form).fit().coefficients();
  }
}
