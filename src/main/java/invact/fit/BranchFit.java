package invact.fit;

import invact.coefficient.BranchApproximant;
import invact.coefficient.Piece;
import invact.coefficient.Provenance;
import invact.error.ErrorStats;

/**
 * The least-squares approximant of one branch.
 *
 * @param approximant the approximant
 * @param design the design it was fitted on
 * @param targetError error of q in the target's own space, over the samples
 * @param derivativeError error of the derivative over the samples
 * @param curve the fit as statistics see it: standard errors, condition number
 * @param starts number of starting points tried
 * @param agreeing how many of them led to this result
 * @param seed of the starting points
 */
public record BranchFit(
    BranchApproximant approximant,
    Design design,
    ErrorStats targetError,
    ErrorStats derivativeError,
    CurveFit curve,
    int starts,
    int agreeing,
    long seed) {
  /**
   * The fit as a piece of a coefficient set.
   *
   * @return the piece, its provenance and error with it
   */
  public Piece piece() {
    return Piece.measured(
        approximant,
        new Provenance.Fitted(
            design.sampling(),
            design.low(),
            design.high(),
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
