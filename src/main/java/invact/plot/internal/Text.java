package invact.plot.internal;

import java.awt.Shape;

/** Text of figures, measured. */
final class Text {
  /** The least size, as a share of the size asked for: 5 points on paper. */
  private static final float SMALLEST = 0.7f;

  private Text() {}

  /** The width of a text in the drawing's units. */
  static double width(String text, float size) {
    return outline(text, size).getBounds2D().getMaxX();
  }

  /**
   * The outline of a text, its baseline starting at (0, 0): as it is if it fits, else smaller, else
   * shortened in the middle too.
   *
   * @param text at least one character
   * @param size the size to use where there is room
   * @param room the width that there is
   */
  static Shape fitted(String text, float size, double room) {
    double width = width(text, size);
    if (width <= room) {
      return outline(text, size);
    }
    float smaller = (float) Math.max(SMALLEST * size, size * room / width);
    return outline(shortened(text, smaller, room), smaller);
  }

  /** The text, or as much of its beginning and end as fits with an ellipsis between them. */
  static String shortened(String text, float size, double room) {
    if (width(text, size) <= room) {
      return text;
    }
    int[] points = text.codePoints().toArray();
    int low = 0;
    int high = points.length - 1;
    while (low < high) {
      int kept = (low + high + 1) / 2;
      if (width(ellipsis(points, kept), size) <= room) {
        low = kept;
      } else {
        high = kept - 1;
      }
    }
    return ellipsis(points, low);
  }

  private static String ellipsis(int[] points, int kept) {
    int head = (kept + 1) / 2;
    int tail = kept / 2;
    return new String(points, 0, head) + "…" + new String(points, points.length - tail, tail);
  }

  private static Shape outline(String text, float size) {
    return FigureFont.outline(text, FigureFont.plain(size));
  }
}
