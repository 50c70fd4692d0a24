package invact.plot.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.YAxisPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One system of axes with its curves.
 *
 * @param title the text above it; may be empty
 * @param abscissa the horizontal axis
 * @param left the vertical axis on the left
 * @param right the vertical axis on the right; null for none
 * @param curves the curves; later ones are drawn over earlier ones
 */
record Panel(String title, Axis abscissa, Axis left, Axis right, List<Curve> curves) {
  static final float TITLE_SIZE = 28;
  static final float AXIS_TITLE_SIZE = 28;
  static final float TICK_SIZE = 25;
  private static final int TITLE_HEIGHT = 40;
  static final int PADDING = 14;
  private static final int TICK_MARK = 8;
  private static final int TICK_PADDING = 10;

  /** Height of the horizontal axis with its labels and title. */
  private static final int ABSCISSA_HEIGHT = 130;

  /** Least height of a panel above the names of categories. */
  private static final int LEAST_HEIGHT = 150;

  /** Height of a digit as a share of the font's size. */
  private static final double DIGIT_HEIGHT = 0.73;

  private static final int X_TICK_SPACING = 120;

  /** Least distance of two labels side by side. */
  static final int BETWEEN_LABELS = 16;

  private static final int Y_TICK_SPACING = 88;

  /** Part of the panel's width and height between the ends of its axes; the rest is a margin. */
  private static final double CONTENT = 0.95;

  private static final Color FRAME = new Color(0x404040);
  private static final Color GRID = new Color(0xe4e4e4);
  private static final BasicStroke FRAME_PEN = new BasicStroke(2);
  private static final BasicStroke GRID_PEN = new BasicStroke(1.5f);

  /**
   * Paints the panel into one rectangle of a drawing.
   *
   * @param drawing the drawing
   * @param place the rectangle
   * @param axisWidth the room for the left axis, if it is more than the axis needs
   */
  void paint(Drawing drawing, Rectangle2D place, double axisWidth) {
    int width = (int) place.getWidth();
    int height = (int) place.getHeight() - TITLE_HEIGHT;
    Layout layout = layout(width, height);
    double inset = StrictMath.max(0, axisWidth - layout.chart.getYAxisLeftWidth());
    if (inset > 0) {
      width -= (int) inset;
      layout = layout(width, height);
    }
    int overhang = layout.overhang(width);
    width -= overhang;
    double left = place.getX() + inset;
    double top = place.getY() + TITLE_HEIGHT;
    CategoryLabels labels = null;
    if (!abscissa.categories().isEmpty()) {
      labels = new CategoryLabels(abscissa, width(layout.chart) / abscissa.high());
      height -= labels.height();
      if (height < LEAST_HEIGHT) {
        throw new IllegalArgumentException(
            "the names of "
                + abscissa.title()
                + " leave no room in a panel "
                + (int) place.getHeight()
                + " high: make it higher, or choose fewer");
      }
    }
    XYChart chart = chart(width, height);
    drawing.translate(left, top);
    if (overhang > 0) {
      chart.getStyler().setXAxisTickLabelsColor(Drawing.INVISIBLE);
    }
    chart.paint(drawing, width, height);
    if (overhang > 0) {
      labels(drawing, chart, layout.ticks);
    }
    if (labels != null) {
      labels.paint(drawing, chart, height - PADDING);
    }
    drawing.translate(-left, -top);
    if (!title.isEmpty()) {
      paintTitle(
          drawing,
          place,
          left + chart.getScreenXFromChart(0.5 * (abscissa.low() + abscissa.high())));
    }
  }

  /** The chart's own title has a height that depends on its letters: panels would not align. */
  private void paintTitle(Drawing drawing, Rectangle2D place, double middle) {
    double room = place.getWidth() - 2 * PADDING;
    Shape text = Text.fitted(title, TITLE_SIZE, room);
    Rectangle2D bounds = text.getBounds2D();
    double first = place.getX() + PADDING;
    double x =
        Math.clamp(
            middle - bounds.getCenterX(), first, Math.max(first, first + room - bounds.getMaxX()));
    drawing.setColor(Color.BLACK);
    drawing.fill(
        AffineTransform.getTranslateInstance(x, place.getY() + TITLE_HEIGHT)
            .createTransformedShape(text));
  }

  /** Labels of the horizontal axis; the chart library leaves out those that stand out of it. */
  private void labels(Drawing drawing, XYChart chart, List<Double> ticks) {
    double low = chart.getScreenYFromChart(left.low());
    double high = chart.getScreenYFromChart(left.high());
    double bottom = low + (low - high) * (1 - CONTENT) / (2 * CONTENT);
    drawing.setColor(Color.BLACK);
    for (double tick : ticks) {
      Shape text = FigureFont.outline(TickLabels.decimal(tick), FigureFont.plain(TICK_SIZE));
      Rectangle2D bounds = text.getBounds2D();
      double x = chart.getScreenXFromChart(tick) - bounds.getCenterX();
      double y = bottom + TICK_MARK + TICK_PADDING + DIGIT_HEIGHT * TICK_SIZE;
      drawing.fill(AffineTransform.getTranslateInstance(x, y).createTransformedShape(text));
    }
  }

  /** The room that the left axis needs in a panel of some size. */
  double axisWidth(int width, int height) {
    return layout(width, height - TITLE_HEIGHT).chart.getYAxisLeftWidth();
  }

  /**
   * A chart after it was painted, which lays it out.
   *
   * @param chart the chart
   * @param ticks where it put those of the horizontal axis
   */
  private record Layout(XYChart chart, List<Double> ticks) {
    /** By how much the last label would stand out of the panel. */
    int overhang(int panelWidth) {
      double end = panelWidth;
      for (int i = 0; i < ticks.size(); i++) {
        double x = chart.getScreenXFromChart(ticks.get(i));
        end = StrictMath.max(end, x + 0.5 * width(i) + PADDING);
      }
      return (int) StrictMath.ceil(end - panelWidth);
    }

    private double width(int tick) {
      String label = TickLabels.decimal(ticks.get(tick));
      return FigureFont.outline(label, FigureFont.plain(TICK_SIZE)).getBounds2D().getWidth();
    }
  }

  private Layout layout(int width, int height) {
    XYChart chart = chart(width, height);
    List<Double> ticks = new ArrayList<>();
    chart
        .getStyler()
        .setXAxisTickLabelsFormattingFunction(value -> {
          // The chart library tries several sets of ticks: the last is the one that it draws.
          if (!ticks.isEmpty() && value <= ticks.getLast()) {
            ticks.clear();
          }
          ticks.add(value);
          return TickLabels.decimal(value);
        });
    chart.paint(new Drawing("", width, height), width, height);
    ticks.removeIf(tick -> tick < abscissa.low() || tick > abscissa.high());
    return new Layout(chart, ticks);
  }

  /** The width between the ends of the horizontal axis. */
  private double width(XYChart chart) {
    return chart.getScreenXFromChart(abscissa.high()) - chart.getScreenXFromChart(abscissa.low());
  }

  private XYChart chart(double width, double height) {
    XYChart chart = new XYChart(1, 1);
    if (abscissa.categories().isEmpty()) {
      chart.setXAxisTitle(axisTitle(abscissa, width - 2 * PADDING));
    }
    style(chart.getStyler());
    axis(chart, 0, left, height - ABSCISSA_HEIGHT);
    if (right != null) {
      axis(chart, 1, right, height - ABSCISSA_HEIGHT);
      color(chart.getStyler(), 1, LineStyle.ERROR.color());
      chart.getStyler().setYAxisGroupPosition(1, YAxisPosition.Right);
    }
    unevenTicks(chart);
    for (int i = 0; i < curves.size(); i++) {
      Curve curve = curves.get(i);
      boolean onRight = curve.side() == Curve.Side.RIGHT;
      Axis ordinate = onRight ? right : left;
      XYSeries series =
          chart.addSeries(
              Integer.toString(i), abscissa.clamp(curve.x()), ordinate.clamp(curve.y()));
      series.setYAxisGroup(onRight ? 1 : 0);
      PointMarker marker = curve.style().marker();
      series.setMarker(marker == null ? SeriesMarkers.NONE : marker);
      series.setMarkerColor(curve.style().color());
      series.setLineColor(curve.style().color());
      if (curve.style().isArea()) {
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(curve.style().color());
        series.setLineColor(Drawing.INVISIBLE);
      } else if (curve.style().stroke() == null) {
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
      } else {
        series.setLineStyle(curve.style().stroke());
      }
    }
    return chart;
  }

  /**
   * Adds points that are not drawn. Where all abscissas are evenly spaced, the chart library would
   * put ticks at some of them, as close as labels just touch.
   */
  private void unevenTicks(XYChart chart) {
    double middle = 0.5 * (abscissa.low() + abscissa.high());
    chart
        .addSeries(
            "uneven",
            new double[] {abscissa.low(), 0.5 * (abscissa.low() + middle), middle},
            new double[] {Double.NaN, Double.NaN, Double.NaN})
        .setMarker(SeriesMarkers.NONE);
  }

  private void style(XYStyler style) {
    style.setLocale(Locale.ROOT);
    style.setLegendVisible(false);
    style.setChartBackgroundColor(Drawing.INVISIBLE);
    style.setPlotBackgroundColor(Drawing.INVISIBLE);
    style.setChartFontColor(Color.BLACK);
    style.setChartPadding(PADDING);
    style.setPlotContentSize(CONTENT);
    style.setPlotBorderColor(FRAME);
    style.setPlotBorderVisible(true);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(GRID_PEN);
    style.setPlotMargin(0);
    style.setAxisTitleFont(FigureFont.plain(AXIS_TITLE_SIZE));
    style.setAxisTitlePadding(16);
    style.setAxisTickLabelsFont(FigureFont.plain(TICK_SIZE));
    style.setAxisTickMarkLength(TICK_MARK);
    style.setAxisTickMarksStroke(FRAME_PEN);
    style.setAxisTickMarksColor(FRAME);
    style.setAxisTickPadding(TICK_PADDING);
    style.setAxisTickLabelsColor(Color.BLACK);
    style.setXAxisTickMarkSpacingHint(X_TICK_SPACING);
    style.setYAxisTickMarkSpacingHint(Y_TICK_SPACING);
    style.setYAxisLabelAlignment(TextAlignment.Right);
    style.setXAxisMin(abscissa.low());
    style.setXAxisMax(abscissa.high());
    style.setXAxisTickLabelsFormattingFunction(TickLabels::decimal);
    if (!abscissa.categories().isEmpty()) {
      style.setXAxisTicksVisible(false);
      style.setXAxisTitleVisible(false);
      style.setPlotGridVerticalLinesVisible(false);
    }
    style.setYAxisLogarithmic(left.logarithmic());
    style.setYAxisLogarithmicDecadeOnly(true);
    style.setYAxisTickLabelsFormattingFunction(
        left.logarithmic() ? TickLabels::power : TickLabels::decimal);
  }

  /** The title of an axis along a side of some length, shortened where it is longer. */
  private static String axisTitle(Axis axis, double length) {
    return Text.shortened(axis.title(), AXIS_TITLE_SIZE, length);
  }

  private static void axis(XYChart chart, int group, Axis axis, double length) {
    chart.setYAxisGroupTitle(group, axisTitle(axis, length));
    chart.getStyler().setYAxisMin(group, axis.low());
    chart.getStyler().setYAxisMax(group, axis.high());
    color(chart.getStyler(), group, Color.BLACK);
  }

  private static void color(XYStyler style, int group, Color color) {
    style.setYAxisGroupTitleColor(group, color);
    style.setYAxisGroupTickLabelsColorMap(group, color);
    style.setYAxisGroupTickMarksColorMap(group, FRAME);
  }
}
