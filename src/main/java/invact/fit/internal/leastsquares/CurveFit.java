package invact.fit.internal.leastsquares;

import java.util.Arrays;

/**
 * The answer of a least-squares fit: n points of positive weight, k parameters, J the n×k Jacobian
 * of √w·m at the answer.
 *
 * @param parameters the parameters p that minimise S(p) = Σ wᵢ (yᵢ − m(xᵢ; p))²
 * @param standardErrors the roots of the covariance matrix's diagonal
 * @param covariance σ²·(JᵀJ)⁻¹, with σ the residual standard deviation s, NaN if n = k, where the
 *     data leave no freedom to estimate it; or σ = 1 for a fit with absolute σ
 * @param sumOfSquares S(p); 0 or ∞ where that leaves the range of doubles
 * @param residualStandardDeviation s = √(S(p) / (n − k)); NaN if n = k
 * @param conditionNumber the 2-norm condition number of J after each column is scaled to unit
 *     length, at least 1; its decimal logarithm is about the number of digits that the parameters
 *     lose to rounding
 * @param evaluations how often the model and its gradient were computed at all points
 */
public record CurveFit(
    double[] parameters,
    double[] standardErrors,
    double[][] covariance,
    double sumOfSquares,
    double residualStandardDeviation,
    double conditionNumber,
    int evaluations) {

  /** Copies the arrays. */
  public CurveFit {
    parameters = parameters.clone();
    standardErrors = standardErrors.clone();
    covariance = copy(covariance);
  }

  private static double[][] copy(double[][] matrix) {
    return Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
  }

  /** A copy of the parameters. */
  @Override
  public double[] parameters() {
    return parameters.clone();
  }

  /** A copy of the standard errors. */
  @Override
  public double[] standardErrors() {
    return standardErrors.clone();
  }

  /** A copy of the covariance matrix. */
  @Override
  public double[][] covariance() {
    return copy(covariance);
  }

  /** Equal if all components are, arrays by content and doubles by {@link Double#compare}. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CurveFit that
        && Arrays.equals(parameters, that.parameters)
        && Arrays.equals(standardErrors, that.standardErrors)
        && Arrays.deepEquals(covariance, that.covariance)
        && Double.compare(sumOfSquares, that.sumOfSquares) == 0
        && Double.compare(residualStandardDeviation, that.residualStandardDeviation) == 0
        && Double.compare(conditionNumber, that.conditionNumber) == 0
        && evaluations == that.evaluations;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(parameters) + Double.hashCode(sumOfSquares);
  }

  @Override
  public String toString() {
    return ("CurveFit[parameters=%s, standardErrors=%s, covariance=%s, sumOfSquares=%s,"
            + " residualStandardDeviation=%s, conditionNumber=%s, evaluations=%d]")
        .formatted(
            Arrays.toString(parameters),
            Arrays.toString(standardErrors),
            Arrays.deepToString(covariance),
            sumOfSquares,
            residualStandardDeviation,
            conditionNumber,
            evaluations);
  }
}
