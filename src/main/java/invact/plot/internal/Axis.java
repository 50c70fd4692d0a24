package invact.plot.internal;

import java.util.List;

/**
 * An axis of a panel.
 *
 * @param title its title, with its unit where it has one
 * @param low least value shown
 * @param high largest value shown
 * @param logarithmic whether it is logarithmic; then {@code low} is positive
 * @param categories the names at ½, 1½, 2½ ... in place of numbers; none on an axis of numbers
 */
record Axis(String title, double low, double high, boolean logarithmic, List<String> categories) {
  Axis {
    categories = List.copyOf(categories);
    if (!(low < high) || (logarithmic && low <= 0)) {
      throw new IllegalArgumentException(
          "axis '" + title + "' cannot go from " + low + " to " + high);
    }
  }

  static Axis linear(String title, double low, double high) {
    return new Axis(title, low, high, false, List.of());
  }

  static Axis decades(String title, int low, int high) {
    return new Axis(title, StrictMath.pow(10, low), StrictMath.pow(10, high), true, List.of());
  }

  /** An axis of things side by side, each one wide. */
  static Axis categories(String title, List<String> categories) {
    return new Axis(title, 0, categories.size(), false, categories);
  }

  /** Whole decades, one at least, around positive values. */
  static Axis decadesAround(String title, double least, double largest) {
    int low = (int) StrictMath.floor(StrictMath.log10(least));
    int high = (int) StrictMath.ceil(StrictMath.log10(largest));
    return decades(title, low, StrictMath.max(high, low + 1));
  }

  /** A value far below the axis: a line to it leaves the panel. */
  double beyondLow() {
    return logarithmic ? low / 10 : low - (high - low);
  }

  /** A value far above the axis: a line to it leaves the panel. */
  double beyondHigh() {
    return logarithmic ? high * 10 : high + (high - low);
  }

  /** The values; those far off the axis are moved nearer, still outside. */
  double[] clamp(double[] values) {
    double[] clamped = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      // Keeps NaN, which interrupts a line.
      clamped[i] = Math.min(Math.max(values[i], beyondLow()), beyondHigh());
    }
    return clamped;
  }
}
