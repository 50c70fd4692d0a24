package invact.plot.internal;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The legend of a figure: one strip below all panels. Entries stand in centred rows, in the order
 * in which they first occur in the panels.
 */
final class Legend {
  private static final float SIZE = 26;
  private static final int LINE_SAMPLE = 84;
  private static final int POINT_SAMPLE = 28;
  private static final int GAP = 14;
  private static final int BETWEEN = 48;
  private static final int MARGIN = 48;
  private static final int ROW = 46;
  private static final int BELOW = 14;

  private static final int AREA_HEIGHT = 22;

  /** Height of the sample above the text's baseline. */
  private static final int SAMPLE_RISE = 9;

  private record Entry(LineStyle style, Shape text) {
    /** An entry that is no wider than a row. */
    static Entry of(LineStyle style, String label, int width) {
      int room = width - 2 * MARGIN - sample(style) - GAP;
      return new Entry(style, Text.fitted(label, SIZE, room));
    }

    private static int sample(LineStyle style) {
      return style.stroke() == null ? POINT_SAMPLE : LINE_SAMPLE;
    }

    int sample() {
      return sample(style);
    }

    double width() {
      return sample() + GAP + text.getBounds2D().getMaxX();
    }
  }

  private final List<List<Entry>> rows = new ArrayList<>();
  private final int width;

  Legend(List<Panel> panels, int width) {
    this.width = width;
    Map<String, LineStyle> styles = new LinkedHashMap<>();
    for (Panel panel : panels) {
      for (Curve curve : panel.curves()) {
        if (!curve.label().isEmpty()) {
          styles.putIfAbsent(curve.label(), curve.style());
        }
      }
    }
    List<Entry> row = new ArrayList<>();
    for (Map.Entry<String, LineStyle> style : styles.entrySet()) {
      Entry entry = Entry.of(style.getValue(), style.getKey(), width);
      row.add(entry);
      if (length(row) > width - 2 * MARGIN && row.size() > 1) {
        row.removeLast();
        rows.add(row);
        row = new ArrayList<>(List.of(entry));
      }
    }
    if (!row.isEmpty()) {
      rows.add(row);
    }
  }

  int height() {
    return rows.size() * ROW + BELOW;
  }

  void paint(Drawing drawing, int top) {
    int baseline = top - ROW / 4;
    for (List<Entry> row : rows) {
      baseline += ROW;
      double x = (width - length(row)) / 2;
      for (Entry entry : row) {
        double y = baseline - SAMPLE_RISE;
        drawing.setColor(entry.style().color());
        if (entry.style().isArea()) {
          drawing.fill(
              new Rectangle2D.Double(x, y - AREA_HEIGHT / 2.0, entry.sample(), AREA_HEIGHT));
        }
        if (entry.style().stroke() != null) {
          drawing.setStroke(entry.style().stroke());
          drawing.draw(new Line2D.Double(x, y, x + entry.sample(), y));
        }
        if (entry.style().marker() != null) {
          entry.style().marker().paint(drawing, x + entry.sample() / 2.0, y, 0);
        }
        drawing.setColor(Color.BLACK);
        drawing.fill(
            AffineTransform.getTranslateInstance(x + entry.sample() + GAP, baseline)
                .createTransformedShape(entry.text()));
        x += entry.width() + BETWEEN;
      }
    }
  }

  private static double length(List<Entry> row) {
    return row.stream().mapToDouble(Entry::width).sum() + BETWEEN * (row.size() - 1);
  }
}
