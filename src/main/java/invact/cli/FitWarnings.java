package invact.cli;

import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.numeric.internal.ErrorSummary;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What a fit that succeeded should not be used for without a look. */
final class FitWarnings {
  /** Ten times the largest error of f′ that the paper's forms have. */
  private static final double LARGEST_USEFUL_ERROR = 0.05;

  private FitWarnings() {}

  /** Prints a line for each branch whose largest error of f′ is beyond use. */
  static void print(List<CoefficientSet> sets, PrintWriter err) {
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        ErrorSummary error = set.branch(branch).derivativeError();
        if (!(error.maxAbs() <= LARGEST_USEFUL_ERROR)) {
          err.printf(
              Locale.ROOT,
              "warning: %s, %s branch: the error of f' is %.2g at x = %.5g, beyond use:"
                  + " take another form, or fit minimax%n",
              set.name(),
              branch.label(),
              error.maxAbs(),
              error.maxAbsAt());
        }
      }
    }
  }
}
