package invact.fit;

import invact.coefficients.CoefficientSet;
import invact.fit.internal.Evidence;
import java.util.List;

/**
 * The answer to a {@link FitRequest}.
 *
 * @param request the request
 * @param sets a set for each target of each activation, named {@code ACTIVATION-FORMS} and, where
 *     they apply, {@code -minimax}, the dtype and {@code -sigmoid} behind it
 * @param evidence how good each fit is, and how that is known
 */
public record FitResult(FitRequest request, List<CoefficientSet> sets, Evidence evidence) {
  /** Copies the list. */
  public FitResult {
    sets = List.copyOf(sets);
  }
}
