package invact.coefficient;

import invact.error.ErrorGrid;
import invact.error.ErrorSummary;
import java.util.Objects;

/**
 * One branch's piece of a coefficient set: the approximant, where it came from and how good it is.
 *
 * @param approximant the approximant
 * @param origin where its coefficients came from
 * @param derivativeError error of the derivative over {@link ErrorGrid}, in double precision
 */
public record Piece(BranchApproximant approximant, Origin origin, ErrorSummary derivativeError) {
  /** A piece whose error is known. */
  public Piece {
    Objects.requireNonNull(approximant, "approximant");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(derivativeError, "derivativeError");
  }

  /**
   * A piece, its error measured here.
   *
   * @param approximant the approximant
   * @param origin where its coefficients came from
   * @return the piece
   */
  public static Piece measured(BranchApproximant approximant, Origin origin) {
    return new Piece(approximant, origin, approximant.measureDerivativeError().summary());
  }
}
