package invact.plot.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A drawing as SVG 1.1, ten units to the millimetre, coordinates rounded to hundredths of a unit.
 *
 * <p>Nothing in it depends on the machine or the time.
 */
final class SvgEncoder {
  private static final int UNITS_PER_MILLIMETRE = 10;

  private final Drawing drawing;
  private final StringBuilder svg = new StringBuilder(1 << 16);

  private SvgEncoder(Drawing drawing) {
    this.drawing = drawing;
  }

  static byte[] encode(Drawing drawing) {
    SvgEncoder encoder = new SvgEncoder(drawing);
    encoder.document();
    return encoder.svg.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void document() {
    int width = drawing.width();
    int height = drawing.height();
    svg.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"");
    number((double) width / UNITS_PER_MILLIMETRE);
    svg.append("mm\" height=\"");
    number((double) height / UNITS_PER_MILLIMETRE);
    svg.append("mm\" viewBox=\"0 0 ").append(width).append(' ').append(height).append("\">\n");
    svg.append("<title>").append(escaped(drawing.title())).append("</title>\n");
    Map<Rectangle2D, String> clips = clips();
    svg.append("<path fill=\"#ffffff\" d=\"M0 0H").append(width);
    svg.append('V').append(height).append("H0Z\"/>\n");
    for (Drawing.Mark mark : drawing.marks()) {
      svg.append("<path");
      if (mark.clip() != null) {
        svg.append(" clip-path=\"url(#").append(clips.get(mark.clip())).append(")\"");
      }
      paint(mark);
      svg.append(" d=\"");
      path(mark.shape());
      svg.append("\"/>\n");
    }
    svg.append("</svg>\n");
  }

  private Map<Rectangle2D, String> clips() {
    Map<Rectangle2D, String> clips = new LinkedHashMap<>();
    for (Drawing.Mark mark : drawing.marks()) {
      if (mark.clip() != null && !clips.containsKey(mark.clip())) {
        String id = "clip" + clips.size();
        clips.put(mark.clip(), id);
        svg.append("<clipPath id=\"").append(id).append("\"><path d=\"");
        path(mark.clip());
        svg.append("\"/></clipPath>\n");
      }
    }
    return clips;
  }

  private void paint(Drawing.Mark mark) {
    BasicStroke stroke = mark.stroke();
    if (stroke == null) {
      svg.append(" fill=\"").append(hex(mark.color())).append('"');
      return;
    }
    svg.append(" fill=\"none\" stroke=\"").append(hex(mark.color()));
    svg.append("\" stroke-width=\"");
    number(stroke.getLineWidth());
    svg.append('"');
    if (stroke.getEndCap() == BasicStroke.CAP_ROUND) {
      svg.append(" stroke-linecap=\"round\"");
    }
    if (stroke.getLineJoin() == BasicStroke.JOIN_ROUND) {
      svg.append(" stroke-linejoin=\"round\"");
    }
    if (stroke.getDashArray() != null) {
      svg.append(" stroke-dasharray=\"");
      String separator = "";
      for (float dash : stroke.getDashArray()) {
        svg.append(separator);
        number(dash);
        separator = " ";
      }
      svg.append('"');
    }
  }

  private void path(Shape shape) {
    double[] c = new double[6];
    for (PathIterator part = shape.getPathIterator(null); !part.isDone(); part.next()) {
      switch (part.currentSegment(c)) {
        case PathIterator.SEG_MOVETO -> points('M', c, 1);
        case PathIterator.SEG_LINETO -> points('L', c, 1);
        case PathIterator.SEG_QUADTO -> points('Q', c, 2);
        case PathIterator.SEG_CUBICTO -> points('C', c, 3);
        case PathIterator.SEG_CLOSE -> svg.append('Z');
        default -> throw new IllegalStateException("a path has no other segments");
      }
    }
  }

  private void points(char command, double[] coordinates, int count) {
    svg.append(command);
    for (int i = 0; i < 2 * count; i++) {
      if (i > 0) {
        svg.append(' ');
      }
      number(coordinates[i]);
    }
  }

  /** The number rounded to hundredths, without zeros at its end. */
  private void number(double value) {
    long hundredths = Math.round(value * 100);
    if (hundredths < 0) {
      svg.append('-');
      hundredths = -hundredths;
    }
    svg.append(hundredths / 100);
    int rest = (int) (hundredths % 100);
    if (rest != 0) {
      svg.append('.').append((char) ('0' + rest / 10));
      if (rest % 10 != 0) {
        svg.append((char) ('0' + rest % 10));
      }
    }
  }

  private static String hex(Color color) {
    return "#" + Integer.toHexString((color.getRGB() & 0xffffff) | 0x1000000).substring(1);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
