package invact.cli;

import invact.coefficients.CoefficientSet;
import invact.fit.FitRequest;
import invact.fit.FitResult;
import invact.fit.Fitter;
import invact.fit.internal.Evidence;
import invact.internal.io.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/** The fits of one command: their sets, and how they are printed. */
interface FitReport {
  /** The coefficient sets, in the order of the fits. */
  List<CoefficientSet> sets();

  /** Prints the fits for people. */
  void print(PrintWriter out);

  /** The fits as one JSON document. */
  String json();

  /** How it was fitted, in one line for stderr. */
  String method();

  /** Answers a request, showing progress. */
  static FitReport of(FitRequest request) {
    FitResult result;
    try (Progress progress = Progress.of("fitting", Fitter.steps(request))) {
      result = Fitter.fit(request, progress::step);
    }
    return switch (result.evidence()) {
      case Evidence.LeastSquares fits -> new LeastSquaresReport(result.sets(), fits);
      case Evidence.Minimax fits -> MinimaxReport.of(result.sets(), fits);
      case Evidence.ConditionalMean fits -> ConditionalMeanReport.of(result.sets(), fits);
    };
  }

  /** {@code {"fits": […]}} and whatever follows. */
  static <F> String json(List<F> fits, FitWriter<F> writer, Consumer<JsonGenerator> afterFits) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("fits");
      for (F fit : fits) {
        json.writeStartObject();
        writer.write(json, fit);
        json.writeEndObject();
      }
      json.writeEndArray();
      afterFits.accept(json);
      json.writeEndObject();
    });
  }

  /** Writes the keys of one fit. */
  interface FitWriter<F> {
    void write(JsonGenerator json, F fit);
  }

  /** Writes an array of numbers. */
  static void writeNumbers(JsonGenerator json, String key, double[] numbers) {
    json.writeArrayPropertyStart(key);
    for (double number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }
}
