package invact.plot.internal;

import invact.internal.io.CsvException;
import invact.internal.io.CsvTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The lines of a table, as a chart asks for them. */
final class ChartData {
  /** Widths of a histogram's cells may differ by this part, which decimal fractions cost. */
  private static final double WIDTH_TOLERANCE = 1e-6;

  /**
   * One line of the figure.
   *
   * @param series its series
   * @param name the value of the line's column, or nothing
   * @param points x to y, at least one; of bars x is the number of the category
   */
  record Line(String series, String name, NavigableMap<Double, Double> points) {
    double[] x() {
      return points.keySet().stream().mapToDouble(Double::doubleValue).toArray();
    }

    double[] y() {
      return points.values().stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  private final CsvTable table;
  private final Chart chart;
  private final List<String> panels;
  private final List<String> series;
  private final List<String> categories;

  ChartData(CsvTable table, Chart chart) throws CsvException {
    this.table = table;
    this.chart = chart;
    Chart.Columns columns = chart.columns();
    panels = distinct(columns.panel());
    series = distinct(columns.series());
    categories = chart.kind().hasGroups() ? distinct(Optional.of(columns.x())) : List.of();
    String reference = chart.reference().orElse(series.getFirst());
    if (!series.contains(reference)) {
      // Names what there is.
      table.where(columns.series().get(), List.of(reference));
    }
  }

  List<String> panels() {
    return panels;
  }

  List<String> series() {
    return series;
  }

  List<String> categories() {
    return categories;
  }

  /** The values of a column in the table's order; one without a name for no column. */
  private List<String> distinct(Optional<String> column) throws CsvException {
    LinkedHashSet<String> values = new LinkedHashSet<>();
    for (CsvTable.Row row : table.rows()) {
      values.add(text(row, column));
    }
    return List.copyOf(values);
  }

  private static String text(CsvTable.Row row, Optional<String> column) throws CsvException {
    if (column.isEmpty()) {
      return "";
    }
    String text = row.text(column.get());
    if (text.isBlank()) {
      throw row.problem(column.get(), "is empty");
    }
    return text;
  }

  /**
   * The lines of one panel, by series and then in the table's order. Where y was not measured there
   * is no point.
   *
   * @throws CsvException if a field is not a number, or two points of a line have one x
   */
  List<Line> lines(String panel, String y) throws CsvException {
    Chart.Columns columns = chart.columns();
    record Key(String series, String name) {}
    Map<Key, NavigableMap<Double, Double>> found = new LinkedHashMap<>();
    Map<Key, Map<Double, Long>> origins = new LinkedHashMap<>();
    for (CsvTable.Row row : table.rows()) {
      OptionalDouble value = row.number(y);
      if (!text(row, columns.panel()).equals(panel) || value.isEmpty()) {
        continue;
      }
      Key key = new Key(text(row, columns.series()), text(row, columns.line()));
      double x = x(row);
      Long other = origins.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(x, row.line());
      if (other != null) {
        throw row.problem(
            columns.x(),
            "'"
                + row.text(columns.x())
                + "' is in line "
                + other
                + " too, for the same "
                + (columns.line().isPresent() ? "line" : "series")
                + " and panel: choose lines, or name the column that tells them apart");
      }
      found.computeIfAbsent(key, k -> new TreeMap<>()).put(x, value.getAsDouble());
    }
    List<Line> lines = new ArrayList<>();
    for (String each : series) {
      found.forEach((key, points) -> {
        if (key.series.equals(each)) {
          lines.add(new Line(key.series, key.name, points));
        }
      });
    }
    return lines;
  }

  private double x(CsvTable.Row row) throws CsvException {
    String column = chart.columns().x();
    if (chart.kind().hasGroups()) {
      return categories.indexOf(row.text(column));
    }
    OptionalDouble x = row.number(column);
    if (x.isEmpty()) {
      throw row.problem(column, "is empty");
    }
    return x.getAsDouble();
  }

  /** The reference's lines among some. */
  List<Line> reference(List<Line> lines) {
    return lines.stream().filter(line -> line.series().equals(chart.reference().get())).toList();
  }

  /**
   * Lines compared with the mean of the reference's lines at the same x.
   *
   * @param lines the lines of a panel
   * @param show difference or ratio; for the value the lines are given back
   * @param where the panel and the column, for the message
   * @return the lines, those of the reference too
   * @throws CsvException if the reference, or a line of it, lacks an x, or a ratio is infinite
   */
  List<Line> compared(List<Line> lines, Chart.Show show, String where) throws CsvException {
    if (show == Chart.Show.VALUE) {
      return lines;
    }
    List<Line> reference = reference(lines);
    List<Line> compared = new ArrayList<>();
    for (Line line : lines) {
      NavigableMap<Double, Double> points = new TreeMap<>();
      for (Map.Entry<Double, Double> point : line.points.entrySet()) {
        double mean = mean(reference, point.getKey(), where);
        double value = show == Chart.Show.RATIO ? point.getValue() / mean : point.getValue() - mean;
        if (!Double.isFinite(value)) {
          throw lacking(where, "is 0", point.getKey());
        }
        points.put(point.getKey(), value);
      }
      compared.add(new Line(line.series, line.name, points));
    }
    return compared;
  }

  private double mean(List<Line> reference, double x, String where) throws CsvException {
    double sum = 0;
    for (Line line : reference) {
      Double y = line.points.get(x);
      if (y == null) {
        throw lacking(
            where, line.name.isEmpty() ? "is missing" : "of " + line.name + " is missing", x);
      }
      sum += y;
    }
    if (reference.isEmpty()) {
      throw lacking(where, "is missing", x);
    }
    return sum / reference.size();
  }

  private CsvException lacking(String where, String what, double x) {
    String at = categories.isEmpty() ? TickLabels.decimal(x) : "'" + categories.get((int) x) + "'";
    return new CsvException(
        table.file()
            + ": the reference '"
            + chart.reference().get()
            + "' "
            + what
            + " at "
            + chart.columns().x()
            + " = "
            + at
            + " in "
            + where
            + ": choose lines that have it");
  }

  /**
   * The width of a histogram's cells.
   *
   * @throws CsvException if there are fewer than two, or their widths differ
   */
  double width(Line line) throws CsvException {
    double[] x = line.x();
    double width = x.length < 2 ? Double.NaN : (x[x.length - 1] - x[0]) / (x.length - 1);
    for (int i = 0; i + 1 < x.length; i++) {
      if (StrictMath.abs(x[i + 1] - x[i] - width) > WIDTH_TOLERANCE * width) {
        width = Double.NaN;
      }
    }
    if (Double.isNaN(width)) {
      throw new CsvException(
          table.file()
              + ": column '"
              + chart.columns().x()
              + "' of '"
              + line.series
              + "' must be the left ends of two or more cells of one width, without gaps");
    }
    return width;
  }
}
