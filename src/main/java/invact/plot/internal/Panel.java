package invact.plot.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
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
 * @param title the text above it
 * @param abscissa the horizontal axis
 * @param left the vertical axis on the left
 * @param right the vertical axis on the right; null for none
 * @param curves the curves; later ones are drawn over earlier ones
 */
record Panel(String title, Axis abscissa, Axis left, Axis right, List<Curve> curves) {
  static final float TITLE_SIZE = 28;
  private static final float AXIS_TITLE_SIZE = 28;
  private static final float TICK_SIZE = 25;
  private static final int TITLE_HEIGHT = 40;
  static final int PADDING = 14;

  /** Height of the horizontal axis with its labels and title. */
  private static final int ABSCISSA_HEIGHT = 130;

  private static final int X_TICK_SPACING = 120;
  private static final int Y_TICK_SPACING = 88;

  /** Part of the panel's width and height between the ends of its axes; the rest is a margin. */
  private static final double CONTENT = 0.95;

  private static final Color FRAME = new Color(0x404040);
  private static final Color GRID = new Color(0xe4e4e4);
  private static final BasicStroke FRAME_PEN = new BasicStroke(2);
  private static final BasicStroke GRID_PEN = new BasicStroke(1.5f);

  /** Paints the panel into one rectangle of a drawing. */
  void paint(Drawing drawing, Rectangle2D place) {
    double top = place.getY() + TITLE_HEIGHT;
    drawing.translate(place.getX(), top);
    XYChart chart = chart(place.getWidth(), place.getHeight() - TITLE_HEIGHT);
    chart.paint(drawing, (int) place.getWidth(), (int) place.getHeight() - TITLE_HEIGHT);
    drawing.translate(-place.getX(), -top);

    // Not the chart's own title: its height depends on its letters, and panels would not align.
    double room = place.getWidth() - 2 * PADDING;
    Shape text = Text.fitted(title, TITLE_SIZE, room);
    Rectangle2D bounds = text.getBounds2D();
    double middle = chart.getScreenXFromChart(0.5 * (abscissa.low() + abscissa.high()));
    double start =
        Math.clamp(
            middle - bounds.getCenterX(),
            PADDING,
            Math.max(PADDING, PADDING + room - bounds.getMaxX()));
    double x = place.getX() + start;
    drawing.setColor(Color.BLACK);
    drawing.fill(AffineTransform.getTranslateInstance(x, top).createTransformedShape(text));
  }

  private XYChart chart(double width, double height) {
    XYChart chart = new XYChart(1, 1);
    chart.setXAxisTitle(axisTitle(abscissa, width - 2 * PADDING));
    style(chart.getStyler());
    axis(chart, 0, left, height - ABSCISSA_HEIGHT);
    if (right != null) {
      axis(chart, 1, right, height - ABSCISSA_HEIGHT);
      color(chart.getStyler(), 1, LineStyle.ERROR.color());
      chart.getStyler().setYAxisGroupPosition(1, YAxisPosition.Right);
    }
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
      if (curve.style().stroke() == null) {
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
      } else {
        series.setLineStyle(curve.style().stroke());
      }
    }
    return chart;
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
    style.setAxisTickMarkLength(8);
    style.setAxisTickMarksStroke(FRAME_PEN);
    style.setAxisTickMarksColor(FRAME);
    style.setAxisTickPadding(10);
    style.setAxisTickLabelsColor(Color.BLACK);
    style.setXAxisTickMarkSpacingHint(X_TICK_SPACING);
    style.setYAxisTickMarkSpacingHint(Y_TICK_SPACING);
    style.setYAxisLabelAlignment(TextAlignment.Right);
    style.setXAxisMin(abscissa.low());
    style.setXAxisMax(abscissa.high());
    style.setXAxisTickLabelsFormattingFunction(TickLabels::decimal);
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
