package invact.cli;

import invact.fit.internal.data.Bounds;
import invact.fit.internal.data.DataFit;
import invact.fit.internal.data.DataFit.Correlation;
import invact.fit.internal.data.DataProblem.Parameter;
import invact.internal.io.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * A fit to data, in the order in which lmfit reports one.
 *
 * @param fit the fit
 * @param points its points
 * @param seed of the random starts
 */
record DataReport(DataFit fit, DataColumns.Points points, long seed) {
  /** Weaker correlations are not printed, as in lmfit. */
  private static final double LEAST_CORRELATION = 0.1;

  private static final int MOST_CORRELATIONS = 10;

  void print(PrintWriter out) {
    TextTable head = new TextTable(2, "model", fit.problem().model().text());
    head.add("data", data());
    head.add("points", Integer.toString(fit.points()));
    head.add("free parameters", Integer.toString(fit.free().size()));
    head.add("function evaluations", Integer.toString(fit.evaluations()));
    head.add("sum of squares S", digits(fit.sumOfSquares()));
    head.add("reduced S", digits(fit.reducedSumOfSquares()));
    head.add("R^2", digits(fit.rSquared()));
    head.add("AIC", digits(fit.akaike()));
    head.add("BIC", digits(fit.bayes()));
    head.add("condition number", String.format(Locale.ROOT, "%.2e", fit.curve().conditionNumber()));
    head.add("starts", starts());
    head.print(out);
    out.println();
    parameters().print(out);
    printCorrelations(out);
  }

  private String data() {
    return points.file()
        + ": "
        + points.x()
        + ", "
        + points.y()
        + points.weighting().map(column -> ", " + column).orElse("")
        + (points.leftOut() == 0
            ? ""
            : "; lines left out for want of a value: " + points.leftOut());
  }

  private String starts() {
    return "%d of %d ended here%s%s"
        .formatted(
            fit.agreeing(),
            fit.starts(),
            fit.failed() == 0 ? "" : ", " + fit.failed() + " led nowhere",
            fit.starts() == 1 ? "" : ", seed " + seed);
  }

  private TextTable parameters() {
    TextTable table =
        new TextTable(1, "parameter", "value", "+/-", "relative", "start", "bounds", "state");
    for (int j = 0; j < fit.values().length; j++) {
      Parameter parameter = fit.problem().parameters().get(j);
      double value = fit.values()[j];
      Optional<Double> error = fit.standardError(j);
      table.add(
          parameter.name(),
          digits(value),
          error.map(e -> Double.isNaN(e) ? "-" : Digits.of(e)).orElse("-"),
          error.map(e -> percent(e / Math.abs(value))).orElse("-"),
          shortest(parameter.start()),
          bounds(parameter.bounds()),
          state(j));
    }
    return table;
  }

  private String state(int j) {
    Parameter parameter = fit.problem().parameters().get(j);
    if (parameter.isFixed()) {
      return "fixed";
    }
    if (!fit.atBound().contains(j)) {
      return "free";
    }
    return fit.values()[j] == parameter.bounds().lower() ? "at lower bound" : "at upper bound";
  }

  private void printCorrelations(PrintWriter out) {
    List<Correlation> all = fit.correlations();
    List<Correlation> strong =
        all.stream()
            .filter(each -> Math.abs(each.value()) >= LEAST_CORRELATION)
            .limit(MOST_CORRELATIONS)
            .toList();
    if (strong.isEmpty()) {
      return;
    }
    out.println();
    TextTable table = new TextTable(2, "correlation", "with", "C");
    for (Correlation each : strong) {
      table.add(each.first(), each.second(), String.format(Locale.ROOT, "%+.4f", each.value()));
    }
    table.print(out);
    if (strong.size() < all.size()) {
      out.println("weaker ones not shown: " + (all.size() - strong.size()) + " (--json has all)");
    }
  }

  private static String bounds(Bounds bounds) {
    return bounds.equals(Bounds.NONE)
        ? "-"
        : (bounds.hasLower() ? shortest(bounds.lower()) : "")
            + ":"
            + (bounds.hasUpper() ? shortest(bounds.upper()) : "");
  }

  /** Ten significant digits. */
  private static String digits(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.10g", value) : "-";
  }

  private static String percent(double ratio) {
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.3g%%", 100 * ratio) : "-";
  }

  /** As it was given, but for a fraction of zero. */
  private static String shortest(double value) {
    String text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  String json() {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeStringProperty("model", fit.problem().model().text());
      json.writeStringProperty("data", points.file().toString());
      json.writeStringProperty("x", points.x());
      json.writeStringProperty("y", points.y());
      json.writeName("weighting");
      if (points.weighting().isPresent()) {
        json.writeString(points.weighting().get());
      } else {
        json.writeNull();
      }
      json.writeBooleanProperty("absoluteSigma", fit.problem().absoluteSigma());
      json.writeNumberProperty("leftOut", points.leftOut());
      json.writeNumberProperty("points", fit.points());
      json.writeNumberProperty("freeParameters", fit.free().size());
      json.writeNumberProperty("evaluations", fit.evaluations());
      writeNumber(json, "sumOfSquares", fit.sumOfSquares());
      writeNumber(json, "reducedSumOfSquares", fit.reducedSumOfSquares());
      writeNumber(json, "residualStandardDeviation", fit.curve().residualStandardDeviation());
      writeNumber(json, "rSquared", fit.rSquared());
      writeNumber(json, "aic", fit.akaike());
      writeNumber(json, "bic", fit.bayes());
      writeNumber(json, "conditionNumber", fit.curve().conditionNumber());
      json.writeNumberProperty("starts", fit.starts());
      json.writeNumberProperty("agreeing", fit.agreeing());
      json.writeNumberProperty("failed", fit.failed());
      json.writeNumberProperty("seed", seed);
      json.writeArrayPropertyStart("parameters");
      for (int j = 0; j < fit.values().length; j++) {
        writeParameter(json, j);
      }
      json.writeEndArray();
      json.writeArrayPropertyStart("correlations");
      for (Correlation each : fit.correlations()) {
        json.writeStartObject();
        json.writeStringProperty("first", each.first());
        json.writeStringProperty("second", each.second());
        writeNumber(json, "value", each.value());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private void writeParameter(JsonGenerator json, int j) {
    Parameter parameter = fit.problem().parameters().get(j);
    json.writeStartObject();
    json.writeStringProperty("name", parameter.name());
    writeNumber(json, "value", fit.values()[j]);
    writeNumber(json, "standardError", fit.standardError(j).orElse(Double.NaN));
    writeNumber(json, "start", parameter.start());
    writeNumber(json, "lower", parameter.bounds().lower());
    writeNumber(json, "upper", parameter.bounds().upper());
    json.writeStringProperty("state", state(j));
    json.writeEndObject();
  }

  /** A number; null for what is none. */
  private static void writeNumber(JsonGenerator json, String key, double value) {
    json.writeName(key);
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }
}
