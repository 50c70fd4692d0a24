package invact.fit;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.PublishedCoefficients;
import invact.fit.internal.BranchFitter;
import invact.fit.internal.Evidence;
import invact.fit.internal.OrderedTasks;
import invact.fit.internal.PaperForms;
import invact.fit.internal.conditional.ConditionalMeanFitter;
import invact.fit.internal.leastsquares.Samples;
import invact.fit.internal.minimax.BranchMinimax;
import invact.form.internal.Form;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.Sampling;
import invact.sampling.internal.SamplingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Fits forms to activations. Branches are fitted side by side on all processors; the answer does
 * not depend on their number.
 */
public final class Fitter {
  /** One branch of one target of one activation. */
  private record Problem(Activation activation, Target target, Branch branch, Form form) {}

  private Fitter() {}

  /**
   * Answers a request.
   *
   * @param request the request
   * @return the coefficient sets, and what speaks for them
   * @throws FitException if a fit fails, or a branch has fewer samples or outputs than a form has
   *     coefficients; then there is no result at all
   */
  public static FitResult fit(FitRequest request) {
    return fit(request, () -> {});
  }

  /**
   * Answers a request and tells of its progress.
   *
   * @param request the request
   * @param progress called after each of {@link #steps} fits
   * @return the coefficient sets, and what speaks for them
   * @throws FitException if a fit fails, or a branch has fewer samples or outputs than a form has
   *     coefficients; then there is no result at all
   */
  public static FitResult fit(FitRequest request, Runnable progress) {
    List<Problem> problems = problems(request);
    String label = request.forms().map(FitRequest.BranchForms::label).orElse(PaperForms.LABEL);
    switch (request.method()) {
      case FitRequest.LeastSquares method -> {
        List<Evidence.Compared> fits = run(problems, each -> leastSquares(each, method), progress);
        List<BranchCoefficients> coefficients =
            fits.parallelStream().map(each -> each.fit().coefficients()).toList();
        return new FitResult(
            request,
            sets(label, Optional.empty(), coefficients),
            new Evidence.LeastSquares(method, fits));
      }
      case FitRequest.Minimax _ -> {
        List<BranchMinimax> fits = run(problems, Fitter::minimax, progress);
        List<BranchCoefficients> coefficients =
            fits.stream().map(BranchMinimax::coefficients).toList();
        return new FitResult(
            request,
            sets(label + "-" + FitRequest.Minimax.LABEL, Optional.empty(), coefficients),
            new Evidence.Minimax(fits));
      }
      case FitRequest.ConditionalMean method -> {
        ConditionalMeanFitter fitter =
            new ConditionalMeanFitter(method.dtype(), method.density().withRareInputs());
        List<BranchCoefficients> coefficients =
            run(problems, each -> fitter.fit(each.activation, each.branch, each.form), progress);
        return new FitResult(
            request,
            sets(label + "-" + method.dtype().label(), Optional.of(method.dtype()), coefficients),
            new Evidence.ConditionalMean(method));
      }
    }
  }

  /**
   * The number of fits that a request takes.
   *
   * @param request the request
   * @return how often {@link #fit(FitRequest, Runnable)} reports progress
   */
  public static int steps(FitRequest request) {
    return problems(request).size();
  }

  /** By activation, target and branch. */
  private static List<Problem> problems(FitRequest request) {
    List<Problem> problems = new ArrayList<>();
    for (Activation activation : request.activations()) {
      for (Target target : request.targets(activation)) {
        for (Branch branch : Branch.values()) {
          Form form =
              request
                  .forms()
                  .map(forms -> forms.form(activation, branch))
                  .orElseGet(() -> PaperForms.of(activation, branch));
          problems.add(new Problem(activation, target, branch, form));
        }
      }
    }
    return problems;
  }

  private static <R> List<R> run(
      List<Problem> problems, Function<Problem, R> fit, Runnable progress) {
    return OrderedTasks.run(problems, fit, done -> progress.run());
  }

  private static Evidence.Compared leastSquares(Problem problem, FitRequest.LeastSquares method) {
    SamplingPlan plan =
        new SamplingPlan(
            Sampling.of(method.uniformOutputs()), method.points(), method.low(), method.high());
    Samples samples =
        BranchFitter.samples(plan, problem.activation, problem.branch, problem.target);
    return new Evidence.Compared(
        new BranchFitter(method.starts(), method.seed())
            .fit(problem.activation, problem.branch, problem.form, problem.target, plan, samples),
        PublishedCoefficients.of(problem.activation)
            .map(set -> set.branch(problem.branch).approximant())
            .flatMap(published -> errorAs(problem.target, published, samples)));
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

  private static BranchMinimax minimax(Problem problem) {
    return BranchMinimax.of(problem.activation, problem.branch, problem.target, problem.form);
  }

  /** Left and right coefficients follow one another, in the order of the problems. */
  private static List<CoefficientSet> sets(
      String label, Optional<Dtype> dtype, List<BranchCoefficients> branches) {
    List<CoefficientSet> sets = new ArrayList<>();
    for (int i = 0; i < branches.size(); i += 2) {
      Activation activation = branches.get(i).approximant().activation();
      Target target = branches.get(i).approximant().target();
      String suffix = target == Target.DERIVATIVE ? "" : "-" + target.label();
      sets.add(
          new CoefficientSet(
              activation.name() + "-" + label + suffix,
              activation,
              dtype,
              branches.get(i),
              branches.get(i + 1)));
    }
    return sets;
  }
}
