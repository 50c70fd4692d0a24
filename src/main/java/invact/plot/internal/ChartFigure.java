package invact.plot.internal;

import invact.internal.io.CsvException;
import invact.internal.io.CsvTable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Tables as figures: lines with several runs of a series in its colour, bars side by side or on
 * each other, histograms; also compared with one of the series, whose runs are then a band from the
 * least to the largest.
 */
public final class ChartFigure {
  private static final int ONLY_ROW_HEIGHT = 640;
  private static final int ROW_HEIGHT = 500;

  /** Part of a category's width that its bars fill. */
  private static final double GROUP_WIDTH = 0.82;

  /** Steps of an axis of data, about. */
  private static final int STEPS = 6;

  private final CsvTable table;
  private final Chart chart;
  private final ChartData data;

  private ChartFigure(CsvTable table, Chart chart) throws CsvException {
    this.table = table;
    this.chart = chart;
    data = new ChartData(table, chart);
  }

  /**
   * The figure. Its drawing throws IllegalArgumentException where names below groups of bars leave
   * no room for these.
   *
   * @param name the figure's name
   * @param title what it shows, in words, or nothing; stands above a figure that has one column
   * @param table the data
   * @param chart how they are drawn
   * @return the figure
   * @throws CsvException if the table is not what the chart needs; the message names file, line and
   *     column
   */
  public static Figure of(String name, String title, CsvTable table, Chart chart)
      throws CsvException {
    return new ChartFigure(table, chart).figure(name, title);
  }

  private Figure figure(String name, String title) throws CsvException {
    List<Panel> panels = new ArrayList<>();
    int row = 0;
    for (String y : chart.columns().y()) {
      for (Chart.Show show : chart.shows()) {
        panels.addAll(row(row++, y, show, title));
      }
    }
    int height = row == 1 ? ONLY_ROW_HEIGHT : ROW_HEIGHT;
    String said =
        title.isEmpty()
            ? String.join(", ", chart.columns().y()) + " against " + chart.columns().x()
            : title;
    return new Figure(
        name, said, chart.look().panelHeight().orElse(height), data.panels().size(), panels);
  }

  private List<Panel> row(int row, String y, Chart.Show show, String title) throws CsvException {
    List<List<Curve>> curves = new ArrayList<>();
    for (String panel : data.panels()) {
      String where = panel.isEmpty() ? "column '" + y + "'" : "'" + panel + "', column '" + y + "'";
      List<ChartData.Line> lines = data.compared(data.lines(panel, y), show, where);
      curves.add(
          switch (chart.kind()) {
            case LINE -> lines(lines, show);
            case BAR -> bars(lines, show);
            case STACK -> stacks(lines);
            case STEP -> steps(lines);
          });
    }
    if (curves.stream().allMatch(List::isEmpty)) {
      throw new CsvException(table.file() + ": column '" + y + "' has no value to draw");
    }
    Axis abscissa = abscissa(curves);
    Axis ordinate = ordinate(row, y, show, curves);
    List<Panel> panels = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      String above = chart.columns().panel().isPresent() ? data.panels().get(i) : title;
      List<Curve> all = new ArrayList<>(curves.get(i));
      if (show != Chart.Show.VALUE && chart.kind() == Chart.Kind.BAR) {
        double[] x = {abscissa.beyondLow(), abscissa.beyondHigh()};
        all.add(
            Curve.on(
                Curve.Side.LEFT, "", LineStyle.LEVEL, x, new double[] {level(show), level(show)}));
      }
      panels.add(new Panel(row == 0 ? above : "", abscissa, ordinate, null, all));
    }
    return panels;
  }

  private static double level(Chart.Show show) {
    return show == Chart.Show.RATIO ? 1 : 0;
  }

  private LineStyle style(String series) {
    int index = data.series().indexOf(series);
    return chart.kind().hasGroups()
        ? LineStyle.bar(index)
        : LineStyle.data(index, data.series().size());
  }

  /** The name of a series in the legend; a number follows the name of its column. */
  private String label(String series) {
    boolean isNumber = series.matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?");
    return isNumber ? chart.columns().series().orElse("") + " " + series : series;
  }

  // ---- lines ---------------------------------------------------------------------------------

  private List<Curve> lines(List<ChartData.Line> lines, Chart.Show show) {
    List<Curve> below = new ArrayList<>();
    List<Curve> above = new ArrayList<>();
    List<ChartData.Line> drawn = lines;
    if (show != Chart.Show.VALUE) {
      List<ChartData.Line> reference = data.reference(lines);
      drawn = lines.stream().filter(line -> !reference.contains(line)).toList();
      addBand(below, reference);
      if (!reference.isEmpty()) {
        addLevel(above, reference, level(show));
      }
    }
    for (ChartData.Line line : drawn) {
      double[] x = line.x();
      double[] y = line.y();
      LineStyle style = style(line.series());
      if (chart.smooth() > 1) {
        below.add(Curve.on(Curve.Side.LEFT, "", style.raw(), x, y));
        y = smoothed(y, chart.smooth());
      }
      above.add(Curve.on(Curve.Side.LEFT, label(line.series()), style, x, y));
    }
    below.addAll(above);
    return below;
  }

  /** Where the reference's lines are, from the least to the largest. */
  private void addBand(List<Curve> curves, List<ChartData.Line> reference) {
    if (reference.size() < 2) {
      return;
    }
    List<Double> abscissas = List.copyOf(reference.getFirst().points().keySet());
    int n = abscissas.size();
    double[] x = new double[2 * n];
    double[] y = new double[2 * n];
    for (int i = 0; i < n; i++) {
      double at = abscissas.get(i);
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (ChartData.Line line : reference) {
        low = StrictMath.min(low, line.points().get(at));
        high = StrictMath.max(high, line.points().get(at));
      }
      x[i] = at;
      y[i] = low;
      x[2 * n - 1 - i] = at;
      y[2 * n - 1 - i] = high;
    }
    String series = reference.getFirst().series();
    String label = label(series) + ", range over " + chart.columns().line().get();
    curves.add(Curve.on(Curve.Side.LEFT, label, style(series).band(), x, y));
  }

  private void addLevel(List<Curve> curves, List<ChartData.Line> reference, double level) {
    double[] x = reference.getFirst().x();
    double[] y = new double[x.length];
    Arrays.fill(y, level);
    String series = reference.getFirst().series();
    String label =
        chart.shows().contains(Chart.Show.VALUE) ? label(series) : label(series) + ", mean";
    curves.add(Curve.on(Curve.Side.LEFT, label, style(series), x, y));
  }

  /** Moving means of some points about each, fewer near the ends, as many on either side. */
  static double[] smoothed(double[] y, int points) {
    double[] means = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      int beside = StrictMath.min(points / 2, StrictMath.min(i, y.length - 1 - i));
      double sum = 0;
      for (int j = i - beside; j <= i + beside; j++) {
        sum += y[j];
      }
      means[i] = sum / (2 * beside + 1);
    }
    return means;
  }

  // ---- bars ----------------------------------------------------------------------------------

  private List<Curve> bars(List<ChartData.Line> lines, Chart.Show show) {
    // The reference would be 1 or 0 all along: a line at that says as much.
    List<String> shown =
        data.series().stream()
            .filter(series -> show == Chart.Show.VALUE || !series.equals(chart.reference().get()))
            .toList();
    double width = GROUP_WIDTH / shown.size();
    // Bars that were not measured leave no gap.
    int[] counts = new int[data.categories().size()];
    for (ChartData.Line line : lines) {
      if (shown.contains(line.series())) {
        line.points().keySet().forEach(category -> counts[category.intValue()]++);
      }
    }
    int[] done = new int[counts.length];
    List<Curve> curves = new ArrayList<>();
    for (ChartData.Line line : lines) {
      if (!shown.contains(line.series())) {
        continue;
      }
      int n = line.points().size();
      double[] x = new double[5 * n];
      double[] y = new double[5 * n];
      int i = 0;
      for (double category : line.points().keySet()) {
        int group = (int) category;
        double left = category + 0.5 + (done[group]++ - 0.5 * counts[group]) * width;
        double value = line.points().get(category);
        double[] corners = {left, left, left + width, left + width, left + width};
        double[] heights = {0, value, value, 0, Double.NaN};
        System.arraycopy(corners, 0, x, i, 5);
        System.arraycopy(heights, 0, y, i, 5);
        i += 5;
      }
      curves.add(Curve.on(Curve.Side.LEFT, label(line.series()), style(line.series()), x, y));
    }
    return curves;
  }

  private List<Curve> stacks(List<ChartData.Line> lines) throws CsvException {
    double[] tops = new double[data.categories().size()];
    List<Curve> curves = new ArrayList<>();
    for (ChartData.Line line : lines) {
      double[] x = new double[5 * line.points().size()];
      double[] y = new double[5 * line.points().size()];
      int i = 0;
      for (Map.Entry<Double, Double> point : line.points().entrySet()) {
        int group = point.getKey().intValue();
        double left = group + 0.5 - 0.5 * GROUP_WIDTH;
        double right = left + GROUP_WIDTH;
        double low = tops[group];
        if (!(point.getValue() >= 0)) {
          throw new CsvException(
              table.file() + ": '" + line.series() + "' has a negative value, which no bar shows");
        }
        double high = low + point.getValue();
        tops[group] = high;
        double[] corners = {left, left, right, right, right};
        double[] heights = {low, high, high, low, Double.NaN};
        System.arraycopy(corners, 0, x, i, 5);
        System.arraycopy(heights, 0, y, i, 5);
        i += 5;
      }
      curves.add(Curve.on(Curve.Side.LEFT, label(line.series()), style(line.series()), x, y));
    }
    return curves;
  }

  // ---- steps ---------------------------------------------------------------------------------

  private List<Curve> steps(List<ChartData.Line> lines) throws CsvException {
    List<Curve> curves = new ArrayList<>();
    for (ChartData.Line line : lines) {
      double width = data.width(line);
      double[] left = line.x();
      double[] height = line.y();
      double unit = 1;
      if (chart.density()) {
        double sum = 0;
        for (double count : height) {
          sum += count;
        }
        if (!(sum > 0)) {
          throw new CsvException(
              table.file() + ": the counts of '" + line.series() + "' have no positive sum");
        }
        unit = sum * width;
      }
      double[] x = new double[2 * left.length];
      double[] y = new double[2 * left.length];
      for (int i = 0; i < left.length; i++) {
        x[2 * i] = left[i];
        x[2 * i + 1] = i + 1 < left.length ? left[i + 1] : left[i] + width;
        y[2 * i] = height[i] / unit;
        y[2 * i + 1] = y[2 * i];
      }
      curves.add(Curve.on(Curve.Side.LEFT, label(line.series()), style(line.series()), x, y));
    }
    return curves;
  }

  // ---- axes ----------------------------------------------------------------------------------

  private Axis abscissa(List<List<Curve>> curves) {
    String title = chart.look().xTitle().orElse(chart.columns().x());
    if (chart.kind().hasGroups()) {
      return Axis.categories(title, data.categories());
    }
    return chart
        .look()
        .xRange()
        .map(range -> Axis.linear(title, range.low(), range.high()))
        .orElseGet(() -> {
          NavigableSet<Double> values = new TreeSet<>();
          curves.forEach(panel -> panel.forEach(curve -> add(values, curve.x())));
          return rounded(title, values.first(), values.last());
        });
  }

  private Axis ordinate(int row, String y, Chart.Show show, List<List<Curve>> curves) {
    Chart.Look look = chart.look();
    String title =
        look.yTitles().isEmpty()
            ? switch (show) {
              case VALUE -> chart.density() ? "density" : y;
              case DIFFERENCE -> y + " − " + chart.reference().get();
              case RATIO -> y + " / " + chart.reference().get();
            }
            : look.yTitles().get(row);
    NavigableSet<Double> values = new TreeSet<>();
    curves.forEach(panel -> panel.forEach(curve -> add(values, curve.y())));
    if (!look.yRanges().isEmpty()) {
      Chart.Range range = look.yRanges().get(row);
      return Axis.linear(title, range.low(), range.high());
    }
    if (show == Chart.Show.RATIO) {
      values.add(1.0);
    }
    return rounded(title, values.first(), values.last());
  }

  private static void add(NavigableSet<Double> set, double[] values) {
    for (double value : values) {
      if (!Double.isNaN(value)) {
        set.add(value);
      }
    }
  }

  /** An axis about some values that ends at multiples of 1, 2 or 5 times a power of ten. */
  static Axis rounded(String title, double least, double largest) {
    double spread = largest - least;
    if (spread == 0) {
      spread = least == 0 ? 1 : StrictMath.abs(least);
    }
    int exponent = (int) StrictMath.floor(StrictMath.log10(spread / STEPS));
    BigDecimal step = BigDecimal.ONE.scaleByPowerOfTen(exponent);
    for (int factor : new int[] {1, 2, 5, 10}) {
      step = BigDecimal.valueOf(factor).scaleByPowerOfTen(exponent);
      if (step.doubleValue() * STEPS >= spread) {
        break;
      }
    }
    BigDecimal low = multiple(StrictMath.floor(least / step.doubleValue()), step);
    BigDecimal high = multiple(StrictMath.ceil(largest / step.doubleValue()), step);
    if (low.equals(high)) {
      high = high.add(step);
    }
    return Axis.linear(title, low.doubleValue(), high.doubleValue());
  }

  private static BigDecimal multiple(double factor, BigDecimal step) {
    return new BigDecimal(factor).multiply(step);
  }
}
