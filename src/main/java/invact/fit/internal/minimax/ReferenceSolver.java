package invact.fit.internal.minimax;

import invact.fit.FitException;
import java.util.List;
import java.util.Optional;

/**
 * Solves the inner problem of an exchange: coefficients whose errors on a reference alternate in
 * sign and are equal in size.
 */
interface ReferenceSolver {
  /** The number of points of a reference: one more than the coefficients that are solved for. */
  int referenceSize();

  /**
   * The levelled coefficients.
   *
   * @param reference points by ascending x
   * @return all coefficients of the form; nothing if there are none, or only ones with a pole
   * @throws FitException if the problem is singular
   */
  Optional<double[]> level(List<Sample> reference);
}
