package invact.fit.internal;

import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.fit.CurveModel;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.SamplingPlan;

/**
 * The least-squares approximant of one branch.
 *
 * @param approximant the approximant
 * @param plan the samples it was fitted on
 * @param targetError error of q in the target's own space, over the samples
 * @param derivativeError error of the derivative over the samples
 * @param curve the fit as statistics see it: standard errors, condition number
 * @param starts number of starting points tried
 * @param agreeing how many of them led to this result
 * @param seed of the starting points
 */
public record BranchFit(
    BranchApproximant approximant,
    SamplingPlan plan,
    ErrorStats targetError,
    ErrorStats derivativeError,
    CurveModel.Fit curve,
    int starts,
    int agreeing,
    long seed) {
  /**
   * The fit as one branch of a coefficient set.
   *
   * @return the coefficients with their provenance and error
   */
  public BranchCoefficients coefficients() {
    return BranchCoefficients.measured(
        approximant,
        new Provenance.Fitted(
            plan.sampling(),
            plan.low(),
            plan.high(),
            targetError.count(),
            targetError.sumOfSquares(),
            targetError.rms(),
            targetError.maxAbs(),
            targetError.maxAbsAt(),
            curve.conditionNumber(),
            starts,
            agreeing,
            seed));
  }
}
