package invact.cli;

import invact.activation.Branch;
import invact.approx.Form;
import invact.coefficient.BranchApproximant;
import invact.coefficient.CoefficientSet;
import invact.coefficient.Piece;
import invact.error.ErrorStats;
import invact.fit.BranchFit;
import invact.fit.FitJob;
import invact.fit.Objective;
import invact.io.Json;
import java.io.PrintWriter;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** What {@code invact fit} prints. */
final class FitReport {
  private FitReport() {}

  static void table(List<FitJob.Result> results, PrintWriter out) {
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

  /** Coefficient sets, a row a branch. */
  static void sets(List<CoefficientSet> sets, PrintWriter out) {
    TextTable table =
        new TextTable(3, "coefficient set", "branch", "form", "slots", "RMS", "max |e|", "at x");
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        Piece piece = set.piece(branch);
        Form form = piece.approximant().approximant().form();
        table.add(
            set.name(),
            branch.label(),
            form.name(),
            Integer.toString(form.cost().slots()),
            Digits.of(piece.derivativeError().rms()),
            Digits.of(piece.derivativeError().maxAbs()),
            Digits.input(piece.derivativeError().maxAbsAt()));
      }
    }
    table.print(out);
  }

  static String json(List<FitJob.Result> results) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("fits");
      results.forEach(result -> write(json, result.fit()));
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, BranchFit fit) {
    BranchApproximant approximant = fit.approximant();
    json.writeStartObject();
    json.writeStringProperty("activation", approximant.activation().name());
    json.writeStringProperty("branch", approximant.branch().label());
    json.writeStringProperty("form", approximant.approximant().form().name());
    json.writeStringProperty("target", approximant.target().label());
    json.writeStringProperty("objective", Objective.LEAST_SQUARES.label());
    json.writeStringProperty("sampling", fit.design().sampling().label());
    json.writeNumberProperty("points", fit.targetError().count());
    json.writeArrayPropertyStart("coefficients");
    for (double coefficient : approximant.approximant().coefficients()) {
      json.writeNumber(coefficient);
    }
    json.writeEndArray();
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
    json.writeEndObject();
  }
}
