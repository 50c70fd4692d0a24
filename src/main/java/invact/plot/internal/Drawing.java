package invact.plot.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.NoninvertibleTransformException;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A recorded drawing, which {@link PngEncoder} and {@link SvgEncoder} replay: both formats show the
 * same picture.
 *
 * <p>The chart library draws a curve segment by segment, and each segment would start the dash
 * pattern anew. Consecutive segments are therefore joined into one path.
 *
 * <p>The operations of {@link Graphics2D} that charts need are supported: shapes, lines, rotations
 * and translations, rectangular clips. Any other is an {@link UnsupportedOperationException}.
 */
final class Drawing extends ChartGraphics {
  /**
   * One mark, in the drawing's coordinates.
   *
   * @param shape its shape
   * @param color its colour
   * @param stroke the pen for an outline; null for a filled shape
   * @param clip the part of the drawing in which it is visible; null for all
   */
  record Mark(Shape shape, Color color, BasicStroke stroke, Rectangle2D clip) {}

  /** The colour of marks that are not recorded; the ground of a drawing is white. */
  static final Color INVISIBLE = new Color(0, 0, 0, 0);

  private final String title;
  private final int width;
  private final int height;
  private final List<Mark> marks = new ArrayList<>();
  private final RenderingHints hints = new RenderingHints(Map.of());

  private AffineTransform transform = new AffineTransform();
  private Rectangle2D clip;
  private Color color = Color.BLACK;
  private Color background = Color.WHITE;
  private BasicStroke stroke = new BasicStroke();
  private Font font = FigureFont.plain(12);

  /** The last mark's path while segments may still be added to it. */
  private Path2D open;

  Drawing(String title, int width, int height) {
    this.title = title;
    this.width = width;
    this.height = height;
  }

  String title() {
    return title;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  List<Mark> marks() {
    return marks;
  }

  @Override
  public void draw(Shape shape) {
    if (shape instanceof Line2D line) {
      drawSegment(line);
    } else {
      add(transform.createTransformedShape(shape), stroke);
    }
  }

  @Override
  public void drawLine(int x1, int y1, int x2, int y2) {
    drawSegment(new Line2D.Double(x1, y1, x2, y2));
  }

  private void drawSegment(Line2D line) {
    Point2D from = transform.transform(line.getP1(), null);
    Point2D to = transform.transform(line.getP2(), null);
    if (open == null || !continues(from)) {
      Path2D path = new Path2D.Double();
      path.moveTo(from.getX(), from.getY());
      add(path, stroke);
      open = path;
    }
    open.lineTo(to.getX(), to.getY());
  }

  private boolean continues(Point2D from) {
    Mark last = marks.getLast();
    return from.equals(open.getCurrentPoint())
        && color.equals(last.color())
        && stroke.equals(last.stroke())
        && Objects.equals(clip, last.clip());
  }

  @Override
  public void fill(Shape shape) {
    add(transform.createTransformedShape(shape), null);
  }

  @Override
  public void fillRect(int x, int y, int w, int h) {
    fill(new Rectangle(x, y, w, h));
  }

  private void add(Shape shape, BasicStroke pen) {
    open = null;
    if (color.getAlpha() != 0) {
      marks.add(new Mark(shape, color, pen, clip));
    }
  }

  // ---- state ---------------------------------------------------------------------------------

  @Override
  public AffineTransform getTransform() {
    return new AffineTransform(transform);
  }

  @Override
  public void setTransform(AffineTransform replacement) {
    transform = new AffineTransform(replacement);
  }

  @Override
  public void transform(AffineTransform inner) {
    transform.concatenate(inner);
  }

  @Override
  public void translate(int x, int y) {
    transform.translate(x, y);
  }

  @Override
  public void translate(double x, double y) {
    transform.translate(x, y);
  }

  @Override
  public void rotate(double theta) {
    transform.rotate(theta);
  }

  @Override
  public void rotate(double theta, double x, double y) {
    transform.rotate(theta, x, y);
  }

  @Override
  public void scale(double x, double y) {
    transform.scale(x, y);
  }

  @Override
  public void shear(double x, double y) {
    transform.shear(x, y);
  }

  @Override
  public Shape getClip() {
    if (clip == null) {
      return null;
    }
    try {
      return transform.createInverse().createTransformedShape(clip).getBounds2D();
    } catch (NoninvertibleTransformException e) {
      throw new IllegalStateException("a drawing's transform has an inverse", e);
    }
  }

  @Override
  public Rectangle getClipBounds() {
    Shape shape = getClip();
    return shape == null ? null : shape.getBounds();
  }

  @Override
  public void setClip(Shape shape) {
    clip = shape == null ? null : transform.createTransformedShape(shape).getBounds2D();
  }

  @Override
  public void setClip(int x, int y, int w, int h) {
    setClip(new Rectangle(x, y, w, h));
  }

  @Override
  public Color getColor() {
    return color;
  }

  @Override
  public void setColor(Color replacement) {
    if (replacement != null) {
      color = replacement;
    }
  }

  @Override
  public Paint getPaint() {
    return color;
  }

  @Override
  public void setPaint(Paint paint) {
    if (!(paint instanceof Color plain)) {
      throw unsupported();
    }
    color = plain;
  }

  @Override
  public Color getBackground() {
    return background;
  }

  @Override
  public void setBackground(Color replacement) {
    background = replacement;
  }

  @Override
  public Stroke getStroke() {
    return stroke;
  }

  @Override
  public void setStroke(Stroke replacement) {
    if (!(replacement instanceof BasicStroke basic)) {
      throw unsupported();
    }
    stroke = basic;
  }

  @Override
  public Font getFont() {
    return font;
  }

  @Override
  public void setFont(Font replacement) {
    font = replacement;
  }

  @Override
  public FontRenderContext getFontRenderContext() {
    return FigureFont.CONTEXT;
  }

  @Override
  public Object getRenderingHint(RenderingHints.Key key) {
    return hints.get(key);
  }

  /** Hints are kept for those who ask; how a record is replayed is the encoders' choice. */
  @Override
  public void setRenderingHint(RenderingHints.Key key, Object value) {
    if (value == null) {
      hints.remove(key);
    } else {
      hints.put(key, value);
    }
  }

  @Override
  public void setRenderingHints(Map<?, ?> replacement) {
    hints.clear();
    hints.putAll(replacement);
  }

  @Override
  public void addRenderingHints(Map<?, ?> more) {
    hints.putAll(more);
  }

  @Override
  public RenderingHints getRenderingHints() {
    return hints;
  }

  @Override
  public void dispose() {}
}
