package invact.fit.internal;

import invact.fit.FitRequest;
import invact.fit.internal.minimax.BranchMinimax;
import invact.numeric.internal.ErrorStats;
import java.util.List;
import java.util.Optional;

/**
 * What speaks for the fits of a request, a fit for each branch of each target of each activation.
 */
public sealed interface Evidence {
  /**
   * Least-squares fits.
   *
   * @param method how they were made
   * @param fits the fits
   */
  record LeastSquares(FitRequest.LeastSquares method, List<Compared> fits) implements Evidence {
    /** Copies the list. */
    public LeastSquares {
      fits = List.copyOf(fits);
    }
  }

  /**
   * A least-squares fit beside the published coefficients.
   *
   * @param fit the fit
   * @param published error of the published approximant over the fit's samples, in the space of the
   *     fit's target; nothing where no approximant is published, or it does not give that target
   */
  record Compared(BranchFit fit, Optional<ErrorStats> published) {}

  /**
   * Minimax fits.
   *
   * @param fits the fits, with their references
   */
  record Minimax(List<BranchMinimax> fits) implements Evidence {
    /** Copies the list. */
    public Minimax {
      fits = List.copyOf(fits);
    }
  }

  /**
   * Fits to the conditional mean; the provenance in their sets holds the rest.
   *
   * @param method how they were made
   */
  record ConditionalMean(FitRequest.ConditionalMean method) implements Evidence {}
}
