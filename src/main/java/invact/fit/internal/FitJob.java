package invact.fit.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.BranchApproximant;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.PublishedCoefficients;
import invact.fit.FitException;
import invact.fit.internal.leastsquares.Samples;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Least-squares fits to several branches, side by side on all processors; results come in the order
 * of the pieces and do not depend on the number of processors.
 *
 * @param pieces what to fit
 * @param family the forms
 * @param design where
 * @param fitter how
 */
public record FitJob(
    List<PieceToFit> pieces, FormFamily family, SamplingPlan design, BranchFitter fitter) {
  /**
   * One branch of one target of one activation.
   *
   * @param activation the activation
   * @param target the target
   * @param branch the branch
   */
  public record PieceToFit(Activation activation, Target target, Branch branch) {}

  /**
   * A fit, and what the published coefficients reach over the same samples.
   *
   * @param fit the fit
   * @param published error of the published approximant in the fit's target's space; nothing where
   *     there is none, or it does not give that target
   */
  public record Result(BranchFit fit, Optional<ErrorStats> published) {}

  /**
   * A job.
   *
   * @throws IllegalArgumentException if the range misses an activation's argmin
   */
  public FitJob {
    pieces = List.copyOf(pieces);
    for (PieceToFit piece : pieces) {
      design.requireBothBranches(piece.activation());
    }
  }

  /**
   * Both branches of all targets of the activations.
   *
   * @param activations the activations
   * @return the pieces, ordered by activation, target and branch
   */
  public static List<PieceToFit> pieces(List<Activation> activations) {
    List<PieceToFit> pieces = new ArrayList<>();
    for (Activation activation : activations) {
      for (Target target : activation.targets()) {
        for (Branch branch : Branch.values()) {
          pieces.add(new PieceToFit(activation, target, branch));
        }
      }
    }
    return pieces;
  }

  /**
   * Runs all fits.
   *
   * @param progress called after each fit
   * @return the results in the order of the pieces
   * @throws IllegalArgumentException if a branch has fewer samples than coefficients
   * @throws FitException if a fit does not converge; then there are no results at all
   */
  public List<Result> run(Runnable progress) {
    return OrderedTasks.run(pieces, this::fit, done -> progress.run());
  }

  /**
   * The coefficient sets that results add up to.
   *
   * @param results results of {@link #run} for a job made of {@link #pieces(List)}
   * @return a set for each target of each activation
   */
  public List<CoefficientSet> sets(List<Result> results) {
    return sets(
        family.label(),
        Optional.empty(),
        results.parallelStream().map(result -> result.fit().piece()).toList());
  }

  /**
   * The coefficient sets that pieces add up to, named {@code ACTIVATION-LABEL}, and for other
   * targets than the derivative {@code ACTIVATION-LABEL-TARGET}.
   *
   * @param label what the sets are called beside their activation
   * @param dtype what they are made for; nothing if they aim at f′ of the exact output
   * @param pieces what was made of {@link #pieces(List)}, in their order
   * @return a set for each target of each activation
   */
  public static List<CoefficientSet> sets(
      String label, Optional<Dtype> dtype, List<BranchCoefficients> pieces) {
    List<CoefficientSet> sets = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i += 2) {
      Activation activation = pieces.get(i).approximant().activation();
      Target target = pieces.get(i).approximant().target();
      String suffix = target == Target.DERIVATIVE ? "" : "-" + target.label();
      sets.add(
          new CoefficientSet(
              activation.name() + "-" + label + suffix,
              activation,
              dtype,
              pieces.get(i),
              pieces.get(i + 1)));
    }
    return sets;
  }

  private Result fit(PieceToFit piece) {
    Activation activation = piece.activation();
    Branch branch = piece.branch();
    Target target = piece.target();
    Samples samples = design.samples(activation, branch, target);
    return new Result(
        fitter.fit(activation, branch, family.form(activation, branch), target, design, samples),
        PublishedCoefficients.of(activation)
            .map(set -> set.branch(branch).approximant())
            .flatMap(published -> errorAs(target, published, samples)));
  }

  private static Optional<ErrorStats> errorAs(
      Target target, BranchApproximant published, Samples samples) {
    if (published.target() == target) {
      return Optional.of(BranchFitter.targetError(published, samples));
    }
    return target == Target.DERIVATIVE
        ? Optional.of(BranchFitter.derivativeError(published, samples))
        : Optional.empty();
  }
}
