package invact.plot.internal;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import org.knowm.xchart.style.markers.Marker;

/** A figure that stands at a point, of about one area whatever its shape. */
final class PointMarker extends Marker {
  static final PointMarker SMALL_DOT = new PointMarker(new Ellipse2D.Double(-4, -4, 8, 8));
  static final PointMarker DOT = new PointMarker(new Ellipse2D.Double(-9, -9, 18, 18));
  static final PointMarker SQUARE = new PointMarker(new Rectangle2D.Double(-8, -8, 16, 16));
  static final PointMarker DIAMOND = new PointMarker(polygon(0, -11, 11, 0, 0, 11, -11, 0));
  static final PointMarker TRIANGLE = new PointMarker(polygon(0, -12, 11, 8, -11, 8));
  static final PointMarker CROSS = new PointMarker(cross(13, 5));
  static final PointMarker RING = new PointMarker(ring(14, 4));

  /** About the point. */
  private final Shape shape;

  private PointMarker(Shape shape) {
    this.shape = shape;
  }

  @Override
  public void paint(Graphics2D graphics, double x, double y, int size) {
    graphics.fill(AffineTransform.getTranslateInstance(x, y).createTransformedShape(shape));
  }

  private static Shape polygon(double... corners) {
    Path2D path = new Path2D.Double();
    path.moveTo(corners[0], corners[1]);
    for (int i = 2; i < corners.length; i += 2) {
      path.lineTo(corners[i], corners[i + 1]);
    }
    path.closePath();
    return path;
  }

  private static Shape cross(double reach, float width) {
    Path2D lines = new Path2D.Double();
    lines.moveTo(-reach, -reach);
    lines.lineTo(reach, reach);
    lines.moveTo(-reach, reach);
    lines.lineTo(reach, -reach);
    return new BasicStroke(width).createStrokedShape(lines);
  }

  private static Shape ring(double radius, double width) {
    Area ring = new Area(new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius));
    double inner = radius - width;
    ring.subtract(new Area(new Ellipse2D.Double(-inner, -inner, 2 * inner, 2 * inner)));
    return ring;
  }
}
