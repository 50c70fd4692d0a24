package invact.cli;

import invact.internal.io.CsvException;
import invact.internal.io.CsvTable;
import invact.internal.io.Json;
import invact.memory.internal.Kind;
import invact.memory.internal.Mode;
import invact.memory.internal.Optimizer;
import invact.memory.internal.Prediction;
import invact.memory.internal.Predictor;
import invact.memory.internal.Request;
import invact.plot.internal.Chart;
import invact.plot.internal.ChartFigure;
import invact.plot.internal.Figure;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;

/** The predictions of {@code invact memory} as tables, as JSON and as a figure. */
final class MemoryReport {
  /** One mode: the prediction, and what fits. */
  private record Column(Prediction prediction, OptionalLong batch, OptionalLong tokens) {
    Mode mode() {
      return prediction.mode();
    }
  }

  private static final double MIB = 1 << 20;

  private final Predictor predictor;
  private final Request request;
  private final double card;
  private final Optimizer optimizer;
  private final List<Column> columns;

  private MemoryReport(
      Predictor predictor,
      Request request,
      double card,
      Optimizer optimizer,
      List<Column> columns) {
    this.predictor = predictor;
    this.request = request;
    this.card = card;
    this.optimizer = optimizer;
    this.columns = columns;
  }

  /** Predicts each mode. */
  static MemoryReport of(
      Predictor predictor,
      Request request,
      List<Mode> modes,
      double card,
      long room,
      Optimizer optimizer) {
    List<Column> columns = new ArrayList<>();
    for (Mode mode : modes) {
      columns.add(
          new Column(
              predictor.predict(request, mode),
              predictor.largestBatch(request, mode, room, optimizer),
              predictor.hasSequences()
                  ? predictor.longestSequence(request, mode, room, optimizer)
                  : OptionalLong.empty()));
    }
    return new MemoryReport(predictor, request, card, optimizer, columns);
  }

  // ---- tables --------------------------------------------------------------------------------

  /** Prints tables; with {@code crossed} also what each place of a mode keeps by kind. */
  void print(PrintWriter out, boolean crossed) {
    out.println(headline());
    out.println();
    kinds().print(out);
    out.println();
    places().print(out);
    if (crossed) {
      for (Column column : columns.subList(1, columns.size())) {
        out.println();
        cross(column.prediction).print(out);
      }
    }
    notes(out);
  }

  private String headline() {
    String tokens =
        request.tokens() + (predictor.hasSequences() ? " tokens each" : " tokens of each input");
    return "%s: %.1f million parameters; batch %d, %s; %s%s, %s attention%s"
        .formatted(
            predictor.modelName(),
            predictor.parameters() / 1e6,
            request.batch(),
            tokens,
            request.precision().compute().label(),
            request.precision().compute() == request.precision().parameters()
                ? ""
                : " by autocast of " + request.precision().parameters().label() + " parameters",
            request.eager() ? "eager" : "sdpa",
            request.fusedLoss() ? ", fused loss" : "");
  }

  private TextTable table(String first) {
    List<String> header = new ArrayList<>(List.of(first));
    columns.forEach(column -> header.add(column.mode().label()));
    return new TextTable(1, header.toArray(String[]::new));
  }

  private void row(TextTable table, String name, ToLongFunction<Column> bytes) {
    List<String> cells = new ArrayList<>(List.of(name));
    columns.forEach(column -> cells.add(mib(bytes.applyAsLong(column))));
    table.add(cells.toArray(String[]::new));
  }

  private TextTable kinds() {
    TextTable table = table("kept for backward, MiB");
    for (Kind kind : Kind.values()) {
      if (columns.stream().anyMatch(column -> column.prediction.kinds().containsKey(kind))) {
        row(table, kind.label(), column -> column.prediction.kinds().getOrDefault(kind, 0L));
      }
    }
    row(table, "all", column -> column.prediction.held());
    List<String> ratios = new ArrayList<>(List.of("all / native"));
    double plain = columns.getFirst().prediction.held();
    columns.forEach(column -> ratios.add(Digits.ratio(column.prediction.held() / plain)));
    table.add(ratios.toArray(String[]::new));
    row(table, "weights", column -> bytesOf(Optimizer.NONE));
    row(
        table,
        "states of " + optimizer.label(),
        column -> bytesOf(optimizer) - bytesOf(Optimizer.NONE));
    row(table, "most in a step, with gradients", column -> column.prediction.peak());
    String where = "on " + Digits.rate(card) + " GiB";
    count(table, "largest batch " + where, column -> column.batch);
    if (predictor.hasSequences()) {
      count(table, "longest sequence " + where, column -> column.tokens);
    }
    return table;
  }

  private long bytesOf(Optimizer each) {
    return predictor.fixedBytes(request.precision(), each);
  }

  private interface Fitting {
    OptionalLong of(Column column);
  }

  private void count(TextTable table, String name, Fitting fitting) {
    List<String> cells = new ArrayList<>(List.of(name));
    for (Column column : columns) {
      OptionalLong count = fitting.of(column);
      cells.add(count.isPresent() ? Long.toString(count.getAsLong()) : "none");
    }
    table.add(cells.toArray(String[]::new));
  }

  private TextTable places() {
    List<Map<String, Prediction.Place>> grouped =
        columns.stream().map(column -> grouped(column.prediction)).toList();
    List<String> names = new ArrayList<>();
    grouped.forEach(
        groups -> groups.keySet().stream().filter(n -> !names.contains(n)).forEach(names::add));
    TextTable table = table("by place, MiB");
    for (String name : names) {
      List<String> cells = new ArrayList<>(List.of(name));
      for (Map<String, Prediction.Place> groups : grouped) {
        cells.add(groups.containsKey(name) ? mib(groups.get(name).bytes()) : "");
      }
      table.add(cells.toArray(String[]::new));
    }
    return table;
  }

  private TextTable cross(Prediction prediction) {
    Map<String, Prediction.Place> groups = grouped(prediction);
    List<String> header = new ArrayList<>(List.of(prediction.mode().label() + ", MiB"));
    header.addAll(groups.keySet());
    TextTable table = new TextTable(1, header.toArray(String[]::new));
    for (Kind kind : prediction.kinds().keySet()) {
      List<String> cells = new ArrayList<>(List.of(kind.label()));
      groups.values().forEach(place -> cells.add(mib(place.kinds().getOrDefault(kind, 0L))));
      table.add(cells.toArray(String[]::new));
    }
    return table;
  }

  /** Places; successive layers that keep the same are one, named by the first and the last. */
  private static Map<String, Prediction.Place> grouped(Prediction prediction) {
    Map<String, Prediction.Place> groups = new LinkedHashMap<>();
    List<Prediction.Place> places = prediction.places();
    int i = 0;
    while (i < places.size()) {
      Prediction.Place first = places.get(i);
      int last = i;
      while (last + 1 < places.size()
          && first.name().contains("layer ")
          && places.get(last + 1).name().contains("layer ")
          && places.get(last + 1).kinds().equals(first.kinds())) {
        last++;
      }
      String name = first.name();
      if (last > i) {
        String to = places.get(last).name();
        name += " to " + to.substring(to.lastIndexOf(' ') + 1) + ", each";
      }
      groups.put(name, first);
      i = last + 1;
    }
    return groups;
  }

  private void notes(PrintWriter out) {
    Map<Prediction.Left, List<String>> left = new LinkedHashMap<>();
    for (Column column : columns) {
      for (Prediction.Left each : column.prediction.left()) {
        left.computeIfAbsent(each, key -> new ArrayList<>()).add(column.mode().label());
      }
    }
    out.println();
    left.forEach((each, modes) ->
        out.printf(
            Locale.ROOT,
            "left as %s (%s): %d %s: %s%n",
            each.count() == 1 ? "it is" : "they are",
            String.join(", ", modes),
            each.count(),
            each.modules(),
            each.reason()));
    out.println(
        "Every parameter is taken as trained: before a frozen Linear nobody keeps the output, and"
            + " keeping it instead of the input gains nothing.");
    if (!predictor.note().isEmpty()) {
      out.println(
          predictor.note().substring(0, 1).toUpperCase(Locale.ROOT)
              + predictor.note().substring(1)
              + ".");
    }
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / MIB);
  }

  // ---- JSON ----------------------------------------------------------------------------------

  /** All of it, in bytes. */
  String json() {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeStringProperty("model", predictor.modelName());
      json.writeNumberProperty("parameters", predictor.parameters());
      json.writeNumberProperty("batch", request.batch());
      json.writeNumberProperty("seq", request.tokens());
      json.writeStringProperty("dtype", request.precision().compute().label());
      json.writeStringProperty("paramsDtype", request.precision().parameters().label());
      json.writeStringProperty("attention", request.eager() ? "eager" : "sdpa");
      json.writeBooleanProperty("fusedLoss", request.fusedLoss());
      json.writeNumberProperty("cardGib", card);
      json.writeStringProperty("optimizer", optimizer.label());
      json.writeNumberProperty("weightBytes", bytesOf(Optimizer.NONE));
      json.writeNumberProperty("optimizerBytes", bytesOf(optimizer) - bytesOf(Optimizer.NONE));
      json.writeArrayPropertyStart("modes");
      columns.forEach(column -> write(json, column));
      json.writeEndArray();
      json.writeStringProperty("note", predictor.note());
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, Column column) {
    Prediction prediction = column.prediction;
    json.writeStartObject();
    json.writeStringProperty("mode", column.mode().label());
    json.writeNumberProperty("keptBytes", prediction.held());
    json.writeNumberProperty("batchBytes", prediction.batch());
    json.writeNumberProperty("peakBytes", prediction.peak());
    write(json, "largestBatch", column.batch);
    write(json, "longestSequence", column.tokens);
    write(json, prediction.kinds());
    json.writeArrayPropertyStart("places");
    for (Prediction.Place place : prediction.places()) {
      json.writeStartObject();
      json.writeStringProperty("name", place.name());
      json.writeNumberProperty("keptBytes", place.bytes());
      write(json, place.kinds());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("left");
    for (Prediction.Left left : prediction.left()) {
      json.writeStartObject();
      json.writeStringProperty("modules", left.modules());
      json.writeNumberProperty("count", left.count());
      json.writeStringProperty("reason", left.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Map<Kind, Long> kinds) {
    json.writeObjectPropertyStart("kinds");
    kinds.forEach((kind, bytes) -> json.writeNumberProperty(kind.label(), bytes));
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, OptionalLong value) {
    if (value.isPresent()) {
      json.writeNumberProperty(name, value.getAsLong());
    } else {
      json.writeNullProperty(name);
    }
  }

  // ---- figure --------------------------------------------------------------------------------

  /** Bars of what each mode keeps, by kind. */
  Figure figure(String name) throws CsvException {
    StringBuilder text = new StringBuilder("mode,kind,kept\n");
    for (Kind kind : Kind.values()) {
      for (Column column : columns) {
        long bytes = column.prediction.kinds().getOrDefault(kind, 0L);
        if (bytes > 0) {
          text.append(column.mode().label())
              .append(',')
              .append(kind.label())
              .append(',')
              .append(mib(bytes))
              .append('\n');
        }
      }
    }
    Chart chart =
        new Chart(
            Chart.Kind.STACK,
            new Chart.Columns(
                "mode", List.of("kept"), Optional.empty(), Optional.of("kind"), Optional.empty()),
            Optional.empty(),
            List.of(Chart.Show.VALUE),
            false,
            1,
            new Chart.Look(
                Optional.of(""),
                List.of("kept / MiB"),
                Optional.empty(),
                List.of(),
                Optional.empty()));
    int dot = name.lastIndexOf('.');
    return ChartFigure.of(
        dot < 0 ? name : name.substring(0, dot),
        headline(),
        CsvTable.parse("the prediction", text.toString()),
        chart);
  }
}
