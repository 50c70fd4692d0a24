package invact.coefficients.internal;

import invact.numeric.internal.ErrorSummary;
import invact.sampling.internal.ErrorGrid;
import java.util.Objects;

/**
 * The coefficients of one branch: an approximant, its origin and its error.
 *
 * @param approximant the approximant
 * @param provenance the origin of its coefficients
 * @param derivativeError the error of the derivative over {@link ErrorGrid}, in fp64
 */
public record BranchCoefficients(
    BranchApproximant approximant, Provenance provenance, ErrorSummary derivativeError) {
  /** Coefficients of known error. */
  public BranchCoefficients {
    Objects.requireNonNull(approximant, "approximant");
    Objects.requireNonNull(provenance, "provenance");
    Objects.requireNonNull(derivativeError, "derivativeError");
  }

  /**
   * Coefficients with their error, which is measured here.
   *
   * @param approximant the approximant
   * @param provenance the origin of its coefficients
   * @return the coefficients with their error
   */
  public static BranchCoefficients measured(BranchApproximant approximant, Provenance provenance) {
    return new BranchCoefficients(
        approximant, provenance, approximant.measureDerivativeError().summary());
  }
}
