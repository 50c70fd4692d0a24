package invact.plot.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;

/**
 * Colour, pen and marker of a line, of points or of an area. The colours are those of M. Okabe and
 * K. Ito, "Color Universal Design" (2008), which people with any colour vision can distinguish.
 * Lines of one panel also differ in lightness, width or dashes, for prints in grey.
 *
 * @param color the colour
 * @param stroke the pen; null for points that no line joins, and for areas
 * @param marker what stands at each point; null for nothing
 */
record LineStyle(Color color, BasicStroke stroke, PointMarker marker) {
  private static final Color BLACK = new Color(0x000000);
  private static final Color BLUE = new Color(0x0072b2);
  private static final Color GREEN = new Color(0x009e73);
  private static final Color ORANGE = new Color(0xe69f00);
  private static final Color PURPLE = new Color(0xcc79a7);
  private static final Color SKY = new Color(0x56b4e9);
  private static final Color VERMILLION = new Color(0xd55e00);
  private static final Color DARK_GREY = new Color(0x484848);
  private static final Color GREY = new Color(0x808080);
  private static final Color LIGHT_GREY = new Color(0xc8c8c8);

  static final LineStyle LEFT_BRANCH = line(BLUE, 6);
  static final LineStyle RIGHT_BRANCH = line(ORANGE, 6);

  /** Wide and light: an approximant on top of it leaves its edges visible. */
  static final LineStyle EXACT = line(SKY, 11);

  static final LineStyle APPROXIMANT = line(BLACK, 3.5f, 14, 9);
  static final LineStyle ERROR = line(VERMILLION, 4);

  static final LineStyle FORWARD = line(GREEN, 4);

  /** Wide and light: a line on top of it leaves its edges visible. */
  static final LineStyle IRREDUCIBLE_PROFILE = line(LIGHT_GREY, 11);

  /** Marks T. */
  static final LineStyle BORDER = line(GREY, 2.5f, 3, 6);

  /** The irreducible error. */
  static final LineStyle IRREDUCIBLE = line(VERMILLION, 3.5f, 14, 9);

  /** Candidates that others beat. */
  static final LineStyle DOMINATED = points(LIGHT_GREY, PointMarker.SMALL_DOT);

  static final LineStyle FRONT = line(BLACK, 2.5f);
  static final LineStyle POLYNOMIAL = points(BLUE, PointMarker.DOT);
  static final LineStyle RATIONAL = points(ORANGE, PointMarker.SQUARE);
  static final LineStyle EXPONENTIAL = points(GREEN, PointMarker.TRIANGLE);
  static final LineStyle SEGMENTED = points(PURPLE, PointMarker.DIAMOND);
  static final LineStyle PUBLISHED = points(VERMILLION, PointMarker.CROSS);
  static final LineStyle PAPER_FORM = points(BLACK, PointMarker.RING);

  /** Points that a curve is fitted to. */
  static final LineStyle DATA = points(BLUE, PointMarker.DOT);

  static final LineStyle DENSE_DATA = points(BLUE, PointMarker.SMALL_DOT);

  /** Standard deviations of data. */
  static final LineStyle BAR = line(SKY, 3);

  static final LineStyle MODEL = line(VERMILLION, 5);

  private static final List<LineStyle> COMPARED =
      List.of(
          line(BLUE, 4),
          line(VERMILLION, 4.5f, 16, 8),
          line(BLACK, 3),
          line(GREEN, 4.5f, 20, 6, 4, 6),
          line(PURPLE, 6),
          line(ORANGE, 4.5f, 8, 5),
          line(SKY, 4));

  /**
   * The style of one of several compared lines; they repeat after seven.
   *
   * @param index which, from 0
   * @return the style
   */
  static LineStyle compared(int index) {
    return COMPARED.get(index % COMPARED.size());
  }

  /** What a ratio of 1 or a difference of 0 is marked with. */
  static final LineStyle LEVEL = line(BLACK, 2.5f, 12, 8);

  /** Dark violet to light green, evenly in lightness, for things that have an order. */
  private static final List<Color> RAMP =
      List.of(
          new Color(0x440154),
          new Color(0x3b528b),
          new Color(0x21918c),
          new Color(0x5ec962),
          new Color(0xbddf26));

  /** Part of a colour that is left in the tint of a raw line or a band. */
  private static final double TINT = 0.35;

  /**
   * The style of one of several lines of data: as compared ones, but thinner; of more than there
   * are such styles, a colour between violet and green.
   *
   * @param index which, from 0
   * @param count of how many
   * @return the style
   */
  static LineStyle data(int index, int count) {
    if (count > COMPARED.size()) {
      return line(ramp((double) index / (count - 1)), 3);
    }
    LineStyle style = COMPARED.get(index);
    BasicStroke stroke = style.stroke();
    return line(
        style.color(),
        0.75f * stroke.getLineWidth(),
        stroke.getDashArray() == null ? new float[0] : stroke.getDashArray());
  }

  /**
   * The style of one of several kinds of bars, dark grey for black; after the seven colours come
   * their tints, and then both again.
   *
   * @param index which, from 0
   * @return the style
   */
  static LineStyle bar(int index) {
    Color compared = COMPARED.get(index % COMPARED.size()).color();
    Color color = compared.equals(BLACK) ? DARK_GREY : compared;
    boolean isTint = index / COMPARED.size() % 2 == 1;
    return new LineStyle(isTint ? mix(Color.WHITE, color, 0.5) : color, null, null);
  }

  /** Areas in the tint of this style's colour. */
  LineStyle band() {
    return new LineStyle(mix(Color.WHITE, color, TINT), null, null);
  }

  /** A thin line in the tint of this style's colour, for data that a smoothed line runs through. */
  LineStyle raw() {
    return line(mix(Color.WHITE, color, TINT), 2);
  }

  /** Whether this is the style of areas. */
  boolean isArea() {
    return stroke == null && marker == null;
  }

  private static Color ramp(double at) {
    int below = StrictMath.min((int) (at * (RAMP.size() - 1)), RAMP.size() - 2);
    return mix(RAMP.get(below), RAMP.get(below + 1), at * (RAMP.size() - 1) - below);
  }

  /** A colour between two. */
  private static Color mix(Color from, Color to, double part) {
    return new Color(
        mix(from.getRed(), to.getRed(), part),
        mix(from.getGreen(), to.getGreen(), part),
        mix(from.getBlue(), to.getBlue(), part));
  }

  private static int mix(int from, int to, double part) {
    return (int) StrictMath.rint(from + part * (to - from));
  }

  private static LineStyle line(Color color, float width, float... dashes) {
    return new LineStyle(
        color,
        new BasicStroke(
            width,
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_ROUND,
            1,
            dashes.length == 0 ? null : dashes,
            0),
        null);
  }

  private static LineStyle points(Color color, PointMarker marker) {
    return new LineStyle(color, null, marker);
  }
}
