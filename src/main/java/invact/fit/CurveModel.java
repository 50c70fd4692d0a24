package invact.fit;

import java.util.Arrays;

/**
 * A curve m(x; p) of one variable with p<sub>1</sub> … p<sub>k</sub> as free parameters, and its
 * derivatives with respect to them.
 *
 * <p>An implementation answers any finite {@code x} and parameters, with NaN or an infinity where
 * the curve has no value; it never throws for them. It keeps no state, writes nothing but {@code
 * gradient}, and computes transcendental functions with {@link StrictMath}, so that a fit has the
 * same bits on every machine.
 */
public interface CurveModel {

  /** The number k of parameters, at least 1. */
  int parameterCount();

  /** The value m(x; p). */
  double value(double x, double[] parameters);

  /**
   * Stores the partial derivatives ∂m/∂p<sub>j</sub> at (x; p).
   *
   * @param gradient receives all {@link #parameterCount()} derivatives; its former content is
   *     meaningless
   */
  void gradient(double x, double[] parameters, double[] gradient);

  /**
   * The answer of a least-squares fit: n points of positive weight, k parameters, J the n×k
   * Jacobian of √w·m at the answer.
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
  record Fit(
      double[] parameters,
      double[] standardErrors,
      double[][] covariance,
      double sumOfSquares,
      double residualStandardDeviation,
      double conditionNumber,
      int evaluations) {

    /** Copies the arrays. */
    public Fit {
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
      return other instanceof Fit that
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
      return ("Fit[parameters=%s, standardErrors=%s, covariance=%s, sumOfSquares=%s,"
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
}
