package invact.coefficient;

import invact.error.ErrorGrid;
import invact.error.ErrorSummary;
import java.util.Objects;

/**
 * One branch's piece of a coefficient set: the approximant, where it came from and how good it is.
 *
 * @param approximant the approximant
 * @param provenance where its coefficients came from
 * @param derivativeError error of the derivative over {@link ErrorGrid}, in double precision
 */
public record Piece(
    BranchApproximant approximant, Provenance provenance, ErrorSummary derivativeError) {
  /** A piece whose error is known. */
  public Piece {
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
  public static Piece measured(BranchApproximant approximant, Provenance provenance) {
    return new Piece(approximant, provenance, approximant.measureDerivativeError().summary());
  }
}
