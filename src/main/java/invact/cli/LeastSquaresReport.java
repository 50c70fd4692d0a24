package invact.cli;

import invact.coefficients.BranchApproximant;
import invact.coefficients.CoefficientSet;
import invact.fit.internal.BranchFit;
import invact.fit.internal.FitJob;
import invact.fit.internal.Objective;
import invact.fit.internal.SamplingPlan;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.Sampling;
import java.io.PrintWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Least-squares fits on samples of the exact function.
 *
 * @param sets the sets
 * @param results the fits
 * @param method how they were made
 */
record LeastSquaresReport(List<CoefficientSet> sets, List<FitJob.Result> results, String method)
    implements FitReport {
  /** Makes the fits of a job. */
  static LeastSquaresReport fit(FitJob job, long seed, int starts) {
    List<FitJob.Result> fits;
    try (Progress progress = Progress.of("fitting", job.pieces().size())) {
      fits = job.run(progress::step);
    }
    SamplingPlan design = job.design();
    String method =
        "seed "
            + seed
            + ", "
            + starts
            + " starts, "
            + design.points()
            + (design.sampling() == Sampling.UNIFORM_Y ? " points a branch, " : " points, ")
            + design.sampling().label()
            + ", range "
            + design.low()
            + ":"
            + design.high();
    return new LeastSquaresReport(job.sets(fits), fits, method);
  }

  @Override
  public void print(PrintWriter out) {
    TextTable table =
        new TextTable(
            4,
            "activation",
            "branch",
            "form",
            "target",
            "points",
            "SSE",
            "RMS",
            "max |e|",
            "at x",
            "publ. SSE",
            "publ. RMS",
            "publ. max",
            "at x",
            "agreeing");
    for (FitJob.Result result : results) {
      BranchFit fit = result.fit();
      BranchApproximant approximant = fit.approximant();
      ErrorStats error = fit.targetError();
      ErrorStats published = result.published().orElse(null);
      table.add(
          approximant.activation().name(),
          approximant.branch().label(),
          approximant.approximant().form().name(),
          approximant.target().label(),
          Long.toString(error.count()),
          Digits.of(error.sumOfSquares()),
          Digits.of(error.rms()),
          Digits.of(error.maxAbs()),
          Digits.input(error.maxAbsAt()),
          published == null ? "-" : Digits.of(published.sumOfSquares()),
          published == null ? "-" : Digits.of(published.rms()),
          published == null ? "-" : Digits.of(published.maxAbs()),
          published == null ? "-" : Digits.input(published.maxAbsAt()),
          fit.agreeing() + "/" + fit.starts());
    }
    table.print(out);
  }

  @Override
  public String json() {
    return FitReport.json(results, (json, result) -> write(json, result.fit()), afterFits -> {});
  }

  private static void write(JsonGenerator json, BranchFit fit) {
    BranchApproximant approximant = fit.approximant();
    json.writeStringProperty("activation", approximant.activation().name());
    json.writeStringProperty("branch", approximant.branch().label());
    json.writeStringProperty("form", approximant.approximant().form().name());
    json.writeStringProperty("target", approximant.target().label());
    json.writeStringProperty("objective", Objective.LEAST_SQUARES.label());
    json.writeStringProperty("sampling", fit.design().sampling().label());
    json.writeNumberProperty("points", fit.targetError().count());
    FitReport.writeNumbers(json, "coefficients", approximant.approximant().coefficients());
    json.writeNumberProperty("sse", fit.targetError().sumOfSquares());
    json.writeNumberProperty("rms", fit.targetError().rms());
    json.writeNumberProperty("maxAbs", fit.targetError().maxAbs());
    json.writeNumberProperty("maxAbsAt", fit.targetError().maxAbsAt());
    json.writeNumberProperty("derivativeRms", fit.derivativeError().rms());
    json.writeNumberProperty("derivativeMaxAbs", fit.derivativeError().maxAbs());
    json.writeNumberProperty("conditionNumber", fit.curve().conditionNumber());
    json.writeNumberProperty("starts", fit.starts());
    json.writeNumberProperty("agreeing", fit.agreeing());
    // A fit that did not converge is a failure, never a result.
    json.writeBooleanProperty("converged", true);
  }
}
