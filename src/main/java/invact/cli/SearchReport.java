package invact.cli;

import invact.fit.internal.selection.Finding;
import invact.fit.internal.selection.SearchProblem;
import invact.fit.internal.selection.SearchResult;
import invact.internal.io.Json;
import invact.internal.program.Cost;
import invact.numeric.Dtype;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/** What {@code invact search} prints. */
final class SearchReport {
  private SearchReport() {}

  static void print(List<SearchResult> results, PrintWriter out) {
    for (int i = 0; i < results.size(); i++) {
      if (i > 0) {
        out.println();
      }
      print(results.get(i), out);
    }
  }

  private static void print(SearchResult result, PrintWriter out) {
    SearchProblem problem = result.problem();
    boolean single = problem.dtype() == Dtype.FP32;
    List<Finding.Measured> front = result.front();
    out.println(
        "%s %s %s%s: %d candidates, %d failed, %d on the front; irreducible %s %s"
            .formatted(
                problem.activation().name(),
                problem.branch().label(),
                problem.dtype().label(),
                single ? "" : ", " + problem.density().description(),
                result.findings().size(),
                result.failed().size(),
                front.size(),
                single ? "max |e|" : "RMS",
                Digits.of(result.irreducible())));
    TextTable table =
        new TextTable(
            2,
            "form",
            "fit",
            "issue slots",
            "div",
            "sqrt",
            "exp",
            "pow",
            single ? "max |e|" : "RMS",
            "ratio",
            "bias",
            single ? "RMS" : "max |e|");
    front.forEach(finding -> add(table, result, finding));
    result.measured().stream()
        .filter(finding -> finding.candidate().isPaper() && !front.contains(finding))
        .forEach(finding -> add(table, result, finding));
    table.print(out);
  }

  private static void add(TextTable table, SearchResult result, Finding.Measured finding) {
    Cost cost = finding.candidate().cost();
    boolean single = result.problem().dtype() == Dtype.FP32;
    table.add(
        finding.candidate().form().name(),
        finding.candidate().method().label(),
        Integer.toString(cost.issueSlots()),
        Integer.toString(cost.division()),
        Integer.toString(cost.squareRoot()),
        Integer.toString(cost.exponential()),
        Integer.toString(cost.power()),
        Digits.of(result.error(finding)),
        Digits.ratio(result.error(finding) / result.irreducible()),
        Digits.of(finding.bias()),
        Digits.of(single ? finding.rms() : finding.maxAbs()));
  }

  static String json(List<SearchResult> results) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("searches");
      results.forEach(result -> write(json, result));
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, SearchResult result) {
    SearchProblem problem = result.problem();
    Set<Finding.Measured> front = Set.copyOf(result.front());
    json.writeStartObject();
    json.writeStringProperty("activation", problem.activation().name());
    json.writeStringProperty("branch", problem.branch().label());
    json.writeStringProperty("dtype", problem.dtype().label());
    if (problem.dtype().isHalf()) {
      json.writeStringProperty("density", problem.density().description());
    }
    json.writeNumberProperty("irreducibleRms", result.irreducibleRms());
    json.writeNumberProperty("irreducibleMaxAbs", result.irreducibleMaxAbs());
    json.writeArrayPropertyStart("candidates");
    for (Finding finding : result.findings()) {
      Cost cost = finding.candidate().cost();
      json.writeStartObject();
      json.writeStringProperty("form", finding.candidate().form().name());
      json.writeStringProperty("target", finding.candidate().target().label());
      json.writeStringProperty("fit", finding.candidate().method().label());
      json.writeNumberProperty("issueSlots", cost.issueSlots());
      json.writeNumberProperty("divisions", cost.division());
      json.writeNumberProperty("squareRoots", cost.squareRoot());
      json.writeNumberProperty("exponentials", cost.exponential());
      json.writeNumberProperty("powers", cost.power());
      switch (finding) {
        case Finding.Measured measured -> {
          json.writeNumberProperty("rms", measured.rms());
          json.writeNumberProperty("bias", measured.bias());
          json.writeNumberProperty("maxAbs", measured.maxAbs());
          json.writeBooleanProperty("onFront", front.contains(measured));
        }
        case Finding.Failed failed -> json.writeStringProperty("failure", failed.reason());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
