package invact.fit.internal;

import invact.coefficients.internal.BranchApproximant;
import invact.fit.FitException;
import java.util.OptionalDouble;

/** The check that every fit ends with: no pole on the branch, whatever the samples show of it. */
public final class BranchPole {
  private BranchPole() {}

  /**
   * Passes an approximant without a pole.
   *
   * @param approximant the approximant, its coefficients as they are kept
   * @return the approximant
   * @throws FitException if it has a pole for any output of the branch
   */
  public static BranchApproximant refuse(BranchApproximant approximant) {
    OptionalDouble pole = approximant.pole();
    if (pole.isPresent()) {
      throw new FitException(
          "%s %s: the best %s found has a pole, or nearly one, at the height %s: %s"
              .formatted(
                  approximant.activation().name(),
                  approximant.branch().label(),
                  approximant.approximant().form().name(),
                  (float) pole.getAsDouble(),
                  "ask for more points, or another degree or centre"));
    }
    return approximant;
  }
}
