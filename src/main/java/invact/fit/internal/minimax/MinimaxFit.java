package invact.fit.internal.minimax;

import java.util.Arrays;

/**
 * The answer of a minimax fit, with its evidence: at the reference points, in order along the
 * curve, the error takes alternating signs and nearly its largest size.
 *
 * <p>For a form that is linear in its coefficients, or rational, no coefficients reach an error
 * below {@link #levelledError} (C. J. de la Vallée Poussin, 1910); for other forms none near these.
 *
 * <p>There is one reference point more than the form has coefficients, or, where the best nonlinear
 * coefficients leave no such reference, one more than it has linear ones; then the nonlinear ones
 * rest on the search alone.
 *
 * @param coefficients the coefficients of the form
 * @param levelledError the least |error| at a reference point; of a segmented form, where that is
 *     larger, an error for which its segments are too short
 * @param largestError the largest |error| found on the dense check
 * @param reference the reference points x, ascending
 * @param referenceErrors the errors w·(q − v) there
 * @param iterations exchanges of the reference until it was level
 * @param starts how many searches for the nonlinear coefficients were started, 1 if none was needed
 * @param agreeing how many of those ended at this largest error
 */
public record MinimaxFit(
    double[] coefficients,
    double levelledError,
    double largestError,
    double[] reference,
    double[] referenceErrors,
    int iterations,
    int starts,
    int agreeing) {

  /** Copies the arrays. */
  public MinimaxFit {
    coefficients = coefficients.clone();
    reference = reference.clone();
    referenceErrors = referenceErrors.clone();
  }

  /** A copy of the coefficients. */
  @Override
  public double[] coefficients() {
    return coefficients.clone();
  }

  /** A copy of the reference points. */
  @Override
  public double[] reference() {
    return reference.clone();
  }

  /** A copy of the errors at the reference points. */
  @Override
  public double[] referenceErrors() {
    return referenceErrors.clone();
  }

  /**
   * How level the error is, {@link #levelledError}/{@link #largestError}.
   *
   * @return at most 1; 1 less a tolerance, but less by up to 5 % for a rational whose coefficients
   *     rounding hurts where they are written, about an unfavourable centre
   */
  public double levelness() {
    return levelledError / largestError;
  }

  /** Equal if all components are, arrays by content and doubles by {@link Double#compare}. */
  @Override
  public boolean equals(Object other) {
    return other instanceof MinimaxFit that
        && Arrays.equals(coefficients, that.coefficients)
        && Double.compare(levelledError, that.levelledError) == 0
        && Double.compare(largestError, that.largestError) == 0
        && Arrays.equals(reference, that.reference)
        && Arrays.equals(referenceErrors, that.referenceErrors)
        && iterations == that.iterations
        && starts == that.starts
        && agreeing == that.agreeing;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(coefficients) + Arrays.hashCode(reference);
  }

  @Override
  public String toString() {
    return "MinimaxFit[coefficients="
        + Arrays.toString(coefficients)
        + ", levelledError="
        + levelledError
        + ", largestError="
        + largestError
        + ", reference="
        + Arrays.toString(reference)
        + ", iterations="
        + iterations
        + ", starts="
        + starts
        + ", agreeing="
        + agreeing
        + "]";
  }
}
