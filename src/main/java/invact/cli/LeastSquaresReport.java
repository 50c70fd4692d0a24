package invact.cli;

import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.fit.FitRequest;
import invact.fit.internal.BranchFit;
import invact.fit.internal.Evidence;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.Sampling;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import tools.jackson.core.JsonGenerator;

/**
 * Least-squares fits on samples of the exact function.
 *
 * @param sets the sets
 * @param evidence the fits
 */
record LeastSquaresReport(List<CoefficientSet> sets, Evidence.LeastSquares evidence)
    implements FitReport {
  @Override
  public String method() {
    FitRequest.LeastSquares method = evidence.method();
    return "seed %d, %d starts, %d points%s, %s, range %s:%s"
        .formatted(
            method.seed(),
            method.starts(),
            method.points(),
            method.uniformOutputs() ? " a branch" : "",
            Sampling.of(method.uniformOutputs()).label(),
            method.low(),
            method.high());
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
    for (Evidence.Compared result : evidence.fits()) {
      BranchFit fit = result.fit();
      BranchApproximant approximant = fit.approximant();
      ErrorStats error = fit.targetError();
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
          published(result, ErrorStats::sumOfSquares, Digits::of),
          published(result, ErrorStats::rms, Digits::of),
          published(result, ErrorStats::maxAbs, Digits::of),
          published(result, ErrorStats::maxAbsAt, Digits::input),
          fit.agreeing() + "/" + fit.starts());
    }
    table.print(out);
  }

  private static String published(
      Evidence.Compared fit, ToDoubleFunction<ErrorStats> figure, DoubleFunction<String> digits) {
    return fit.published().map(errors -> digits.apply(figure.applyAsDouble(errors))).orElse("-");
  }

  @Override
  public String json() {
    return FitReport.json(
        evidence.fits(), (json, result) -> write(json, result.fit()), afterFits -> {});
  }

  private static void write(JsonGenerator json, BranchFit fit) {
    BranchApproximant approximant = fit.approximant();
    json.writeStringProperty("activation", approximant.activation().name());
    json.writeStringProperty("branch", approximant.branch().label());
    json.writeStringProperty("form", approximant.approximant().form().name());
    json.writeStringProperty("target", approximant.target().label());
    json.writeStringProperty("objective", FitRequest.LeastSquares.LABEL);
    json.writeStringProperty("sampling", fit.plan().sampling().label());
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
