package invact.plot.internal;

import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.knowm.xchart.XYChart;

/**
 * The names below an axis of categories, and the axis's title below them. Names that are wider than
 * their place all stand upright, to be read from below.
 */
final class CategoryLabels {
  private static final int ABOVE = 12;
  private static final int TITLE_ROW = 44;

  private final Axis axis;
  private final List<Shape> names;
  private final boolean areUpright;

  /**
   * Measures the names.
   *
   * @param axis an axis of categories
   * @param width the width of one category
   */
  CategoryLabels(Axis axis, double width) {
    this.axis = axis;
    Font font = FigureFont.plain(Panel.TICK_SIZE);
    List<Shape> level =
        axis.categories().stream().map(name -> FigureFont.outline(name, font)).toList();
    areUpright =
        level.stream()
            .anyMatch(name -> name.getBounds2D().getWidth() > width - Panel.BETWEEN_LABELS);
    AffineTransform turn =
        areUpright ? AffineTransform.getQuadrantRotateInstance(-1) : new AffineTransform();
    names = level.stream().map(turn::createTransformedShape).toList();
  }

  /** What all of it needs below the plot. */
  int height() {
    double tallest = areUpright ? 0 : Panel.TICK_SIZE;
    for (Shape name : names) {
      tallest = StrictMath.max(tallest, name.getBounds2D().getHeight());
    }
    return ABOVE + (int) StrictMath.ceil(tallest) + (axis.title().isEmpty() ? 0 : TITLE_ROW);
  }

  /**
   * Paints names and title.
   *
   * @param drawing the drawing, the chart's left upper corner at (0, 0)
   * @param chart the chart, painted
   * @param top the lower edge of the plot
   */
  void paint(Drawing drawing, XYChart chart, int top) {
    drawing.setColor(Color.BLACK);
    for (int i = 0; i < names.size(); i++) {
      Rectangle2D bounds = names.get(i).getBounds2D();
      double x = chart.getScreenXFromChart(i + 0.5) - bounds.getCenterX();
      // Upright names end below the plot; level ones share a baseline.
      double y = top + ABOVE + (areUpright ? -bounds.getMinY() : 0.8 * Panel.TICK_SIZE);
      drawing.fill(AffineTransform.getTranslateInstance(x, y).createTransformedShape(names.get(i)));
    }
    if (!axis.title().isEmpty()) {
      Shape title = FigureFont.outline(axis.title(), FigureFont.plain(Panel.AXIS_TITLE_SIZE));
      double x = chart.getScreenXFromChart(0.5 * axis.high()) - title.getBounds2D().getCenterX();
      double y = top + height() - 0.3 * Panel.AXIS_TITLE_SIZE;
      drawing.fill(AffineTransform.getTranslateInstance(x, y).createTransformedShape(title));
    }
  }
}
