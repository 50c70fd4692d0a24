package invact.fit.defaults;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.RoundedLift;
import invact.activation.Target;
import invact.approx.Approximant;
import invact.approx.Form;
import invact.coefficient.BranchApproximant;
import invact.coefficient.Piece;
import invact.coefficient.Provenance;
import invact.fit.CurveFit;
import invact.fit.FitException;
import invact.fit.LeastSquaresFitter;
import invact.fit.LinearPart;
import invact.fit.minimax.BranchMinimax;
import invact.fit.rounding.CoefficientRounding;
import invact.math.FloatFormat;
import invact.samples.Density;
import invact.samples.OutputClasses;
import java.util.List;

/**
 * Fits forms for a format in which outputs are rounded: not to f′∘f⁻¹, but to what can be told from
 * a rounded output, the mean of f′ over the inputs that share it ({@link OutputClasses}), each
 * class weighted by its probability. The lift is a runtime's, in fp32 ({@link RoundedLift}).
 *
 * <p>Least squares makes the bias vanish, and the RMS error comes as near to the floor as the form
 * can. A density that leaves a part of the line nearly empty lets an approximant go astray there;
 * mix a little of a uniform one into it ({@link Density#withRareInputs}). The coefficients in which
 * a form is not linear are those of the minimax fit to the exact function: next to T outputs lie
 * far apart in the root, and a rational with a free denominator puts poles between them.
 */
public final class ConditionalMeanFitter {
  private static final CoefficientRounding ROUNDING = new CoefficientRounding(FloatFormat.FP32);

  private final LeastSquaresFitter fitter = new LeastSquaresFitter();
  private final FloatFormat format;
  private final Density density;

  /**
   * A fitter for one format and density.
   *
   * @param format fp32, bf16 or fp16
   * @param density how inputs are distributed
   */
  public ConditionalMeanFitter(FloatFormat format, Density density) {
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
   * @throws IllegalArgumentException if there are fewer outputs than coefficients
   * @throws FitException if the fit does not converge
   */
  public Piece fit(Activation activation, Branch branch, Form form) {
    return fit(activation, branch, form, OutputClasses.of(activation, format, density));
  }

  /**
   * Fits one branch to classes that were counted before.
   *
   * @param activation the activation
   * @param branch the branch
   * @param form the form
   * @param outputs the classes of the activation in this fitter's format and density
   * @return the piece, its coefficients rounded to fp32
   * @throws IllegalArgumentException if there are fewer outputs than coefficients
   * @throws FitException if the fit does not converge
   */
  public Piece fit(Activation activation, Branch branch, Form form, OutputClasses outputs) {
    // A runtime decodes y = ±0 on the left as f(−∞) whatever the coefficients.
    List<OutputClasses.OutputClass> classes =
        outputs.classes().stream()
            .filter(each -> each.branch() == branch && (branch == Branch.RIGHT || each.y() < 0))
            .toList();
    if (classes.size() < form.coefficientCount()) {
      throw new IllegalArgumentException(
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
    RoundedLift rounded = RoundedLift.of(activation, format);
    double[] lift = new double[classes.size()];
    double[] mean = new double[classes.size()];
    double[] weight = new double[classes.size()];
    double totalWeight = 0;
    for (int i = 0; i < lift.length; i++) {
      OutputClasses.OutputClass each = classes.get(i);
      lift[i] = rounded.of((float) each.y());
      mean[i] = each.mean();
      weight[i] = each.weight();
      totalWeight += each.weight();
    }
    LinearPart model = new LinearPart(form, nonlinear(activation, branch, form));
    CurveFit fit;
    try {
      fit = fitter.fit(model, lift, mean, weight, new double[model.parameterCount()]);
    } catch (FitException e) {
      throw new FitException(
          "%s %s: %s does not suit the outputs of %s, try another degree or centre: %s"
              .formatted(
                  activation.name(), branch.label(), form.name(), format.label(), e.getMessage()),
          e);
    }
    return Piece.measured(
        new BranchApproximant(
            activation,
            branch,
            Target.DERIVATIVE,
            new Approximant(form, ROUNDING.plain(model.coefficients(fit.parameters())))),
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
