package invact.fit.internal.selection;

import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.PublishedCoefficients;
import invact.fit.FitException;
import invact.fit.internal.OrderedTasks;
import invact.fit.internal.conditional.ConditionalMeanFitter;
import invact.fit.internal.minimax.BranchMinimax;
import invact.sampling.internal.QuantizationCells;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fits and measures all candidates of a problem, side by side on all processors. Findings that a
 * log has from an earlier search are taken from it.
 */
public final class Search {
  private final SearchProblem problem;
  private final BranchErrors errors;
  private final ConditionalMeanFitter meanFitter;

  private Search(SearchProblem problem) {
    this.problem = problem;
    errors =
        new BranchErrors(
            problem,
            QuantizationCells.of(problem.activation(), problem.dtype(), problem.density()));
    meanFitter = new ConditionalMeanFitter(problem.dtype(), problem.density().withRareInputs());
  }

  /**
   * Runs a search.
   *
   * @param problem the problem
   * @param candidates the candidates
   * @param log what is known from earlier searches; told of each new finding
   * @param progress called after each candidate
   * @return what came of the candidates
   * @throws IOException if the log cannot be written
   * @throws FitException if the density has no inputs on the branch
   */
  public static SearchResult run(
      SearchProblem problem, List<Candidate> candidates, SearchLog log, Runnable progress)
      throws IOException {
    Search search = new Search(problem);
    Map<Candidate, Finding> known = new HashMap<>();
    for (Candidate candidate : candidates) {
      log.find(problem, candidate)
          .ifPresent(finding -> {
            known.put(candidate, finding);
            progress.run();
          });
    }
    List<Candidate> unknown =
        candidates.stream().filter(candidate -> !known.containsKey(candidate)).toList();
    try {
      OrderedTasks.run(
          unknown,
          search::find,
          finding -> {
            try {
              log.add(problem, finding);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            known.put(finding.candidate(), finding);
            progress.run();
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return new SearchResult(
        problem,
        candidates.stream().map(known::get).toList(),
        search.errors.irreducibleRms(),
        search.errors.irreducibleMaxAbs());
  }

  private Finding find(Candidate candidate) {
    try {
      return errors.measure(candidate, approximant(candidate));
    } catch (FitException e) {
      return new Finding.Failed(candidate, e.getMessage());
    }
  }

  private BranchApproximant approximant(Candidate candidate) {
    return switch (candidate.method()) {
      case MINIMAX ->
          BranchMinimax.of(
                  problem.activation(), problem.branch(), candidate.target(), candidate.form())
              .coefficients()
              .approximant();
      case CONDITIONAL_MEAN ->
          meanFitter
              .fit(problem.activation(), problem.branch(), candidate.form(), errors.outputs())
              .approximant();
      case PUBLISHED ->
          PublishedCoefficients.of(problem.activation())
              .orElseThrow()
              .branch(problem.branch())
              .approximant();
    };
  }
}
