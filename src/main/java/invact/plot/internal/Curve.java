package invact.plot.internal;

/**
 * A line in a panel, or areas: those that the points between two NaNs enclose.
 *
 * @param label its name in the legend; lines of one label share one entry, without a label there is
 *     none
 * @param style how it is drawn
 * @param side the axis that its ordinates belong to
 * @param x abscissas
 * @param y ordinates, as many; NaN interrupts the line, or ends one area
 */
record Curve(String label, LineStyle style, Side side, double[] x, double[] y) {
  enum Side {
    LEFT,
    RIGHT
  }

  Curve {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "curve " + label + " has " + x.length + " abscissas and " + y.length + " ordinates");
    }
  }

  static Curve on(Side side, String label, LineStyle style, double[] x, double[] y) {
    return new Curve(label, style, side, x, y);
  }

  /**
   * A vertical line across a panel.
   *
   * @param label its name in the legend
   * @param x where
   * @param axis the left axis, from end to end of which it goes
   * @return the line
   */
  static Curve border(String label, double x, Axis axis) {
    return new Curve(
        label,
        LineStyle.BORDER,
        Side.LEFT,
        new double[] {x, x},
        new double[] {axis.beyondLow(), axis.beyondHigh()});
  }
}
