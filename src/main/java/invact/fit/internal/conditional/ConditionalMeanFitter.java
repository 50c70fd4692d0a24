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
 * Fits forms for a format in which outputs are rounded: not to f′∘f⁻¹, but to what can be told from
 * a rounded output, the mean of f′ over the inputs that share it ({@link QuantizationCells}), each
 * class weighted by its probability. The lift is a runtime's, in fp32 ({@link RoundedHeight}).
 *
 * <p>Least squares makes the bias vanish, and the RMS error comes as near to the floor as the form
 * can. A density that leaves a part of the line nearly empty lets an approximant go astray there;
 * mix a little of a uniform one into it ({@link Density#withRareInputs}). The coefficients in which
 * a form is not linear are those of the minimax fit to the exact function: next to T outputs lie
 * far apart in the root, and a rational with a free denominator puts poles between them.
 */
public final class ConditionalMeanFitter {
  private static final CoefficientRounding ROUNDING = new CoefficientRounding(Dtype.FP32);

  private final LeastSquaresFitter fitter = new LeastSquaresFitter();
  private final Dtype format;
  private final Density density;

  /**
   * A fitter for one format and density.
   *
   * @param format fp32, bf16 or fp16
   * @param density how inputs are distributed
   */
  public ConditionalMeanFitter(Dtype format, Density density) {
    this.format = format;
    this.density = density;
  }

  /**
   * Fits one branch.
   *
   * @param activation the activation
   * @param branch the branch
   * @param form the form
   * @return the piece, its coefficients rounded to fp32
   * @throws FitException if there are fewer outputs than coefficients, the fit does not converge,
   *     or it has a pole on the branch
   */
  public BranchCoefficients fit(Activation activation, Branch branch, Form form) {
    return fit(activation, branch, form, QuantizationCells.of(activation, format, density));
  }

  /**
   * Fits one branch to classes that were counted before.
   *
   * @param activation the activation
   * @param branch the branch
   * @param form the form
   * @param outputs the classes of the activation in this fitter's format and density
   * @return the piece, its coefficients rounded to fp32
   * @throws FitException if there are fewer outputs than coefficients, the fit does not converge,
   *     or it has a pole on the branch
   */
  public BranchCoefficients fit(
      Activation activation, Branch branch, Form form, QuantizationCells outputs) {
    // A runtime decodes y = ±0 on the left as f(−∞) whatever the coefficients.
    List<QuantizationCells.OutputClass> classes =
        outputs.classes().stream()
            .filter(each -> each.branch() == branch && (branch == Branch.RIGHT || each.y() < 0))
            .toList();
    if (classes.size() < form.coefficientCount()) {
      throw FitException.wrongRequest(
          format.label()
              + " has "
              + classes.size()
              + " outputs on the "
              + branch.label()
              + " branch of "
              + activation.name()
              + ", fewer than the coefficients of "
              + form.name());
    }
    RoundedHeight rounded = RoundedHeight.of(activation, format);
    double[] lift = new double[classes.size()];
    double[] mean = new double[classes.size()];
    double[] weight = new double[classes.size()];
    double totalWeight = 0;
    for (int i = 0; i < lift.length; i++) {
      QuantizationCells.OutputClass each = classes.get(i);
      lift[i] = rounded.of((float) each.y());
      mean[i] = each.mean();
      weight[i] = each.weight();
      totalWeight += each.weight();
    }
    LinearPart model = new LinearPart(form, nonlinear(activation, branch, form));
    CurveModel.Fit fit;
    try {
      fit = fitter.fit(model, lift, mean, weight, new double[model.parameterCount()]);
    } catch (FitException e) {
      throw new FitException(
          "%s %s: %s does not suit the outputs of %s, try another degree or centre: %s"
              .formatted(
                  activation.name(), branch.label(), form.name(), format.label(), e.getMessage()),
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
            format,
            density,
            classes.size(),
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
