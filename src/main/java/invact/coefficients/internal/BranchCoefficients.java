package invact.coefficients.internal;

import invact.coefficients.BranchApproximant;
import invact.numeric.internal.ErrorSummary;
import invact.sampling.internal.ErrorGrid;
import java.util.Objects;

/**
 * One branch's piece of a coefficient set: the approximant, where it came from and how good it is.
 *
 * @param approximant the approximant
 * @param provenance where its coefficients came from
 * @param derivativeError error of the derivative over {@link ErrorGrid}, in double precision
 */
public record BranchCoefficients(
    BranchApproximant approximant, Provenance provenance, ErrorSummary derivativeError) {
  /** A piece whose error is known. */
  public BranchCoefficients {
    Objects.requireNonNull(approximant, "approximant");
    Objects.requireNonNull(provenance, "provenance");
    Objects.requireNonNull(derivativeError, "derivativeError");
  }

  /**
   * A piece, its error measured here.
   *
   * @param approximant the approximant
   * @param provenance where its coefficients came from
   * @return the piece
   */
  public static BranchCoefficients measured(BranchApproximant approximant, Provenance provenance) {
    return new BranchCoefficients(
        approximant, provenance, approximant.measureDerivativeError().summary());
  }
}
