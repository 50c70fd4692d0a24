package invact.fit.internal.minimax;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.fit.FitException;
import invact.fit.internal.BranchPole;
import invact.form.internal.Approximant;
import invact.form.internal.Form;
import invact.numeric.Dtype;
import java.util.Arrays;

/**
 * The approximant of one branch whose largest error of f′ is least.
 *
 * @param fit the fit, with its evidence
 * @param coefficients what goes into a coefficient set: the coefficients rounded to fp32, as
 *     runtimes hold them, and their error
 */
public record BranchMinimax(MinimaxFit fit, BranchCoefficients coefficients) {
  /**
   * Fits a form to the whole branch, or up to its cut-off.
   *
   * @param activation the activation
   * @param branch the branch
   * @param target what the form is to approximate
   * @param form the form
   * @return the fit
   * @throws IllegalArgumentException if the form has a cut-off and the branch is the left one
   * @throws FitException if there is no level answer: a pole, a degenerate problem, no convergence;
   *     or a coefficient is too large for fp32
   */
  public static BranchMinimax of(Activation activation, Branch branch, Target target, Form form) {
    Curve curve = InvertedDerivative.of(activation, branch, target, form);
    MinimaxFit fit;
    try {
      fit = new MinimaxFitter().fit(form, curve);
    } catch (FitException e) {
      throw new FitException(
          "%s %s: %s".formatted(activation.name(), branch.label(), e.getMessage()), e);
    }
    double[] rounded = Arrays.stream(fit.coefficients()).map(Dtype.FP32::round).toArray();
    if (!Arrays.stream(rounded).allMatch(Double::isFinite)) {
      throw new FitException(
          "%s %s: a coefficient of %s is too large for fp32: take a lower degree or a centre"
              .formatted(activation.name(), branch.label(), form.name()));
    }
    return new BranchMinimax(
        fit,
        coefficients(
            BranchPole.refuse(
                new BranchApproximant(activation, branch, target, new Approximant(form, rounded))),
            curve,
            fit));
  }

  /**
   * Rounded coefficients with the evidence of the fit that they are rounded from.
   *
   * @param approximant the approximant that has them
   * @param curve the curve that was fitted
   * @param fit the fit
   * @return what goes into a coefficient set
   */
  public static BranchCoefficients coefficients(
      BranchApproximant approximant, Curve curve, MinimaxFit fit) {
    return BranchCoefficients.measured(
        approximant,
        new Provenance.Minimax(
            curve.low(),
            curve.high(),
            fit.levelledError(),
            fit.largestError(),
            Arrays.stream(fit.reference()).boxed().toList(),
            fit.starts(),
            fit.agreeing()));
  }
}
