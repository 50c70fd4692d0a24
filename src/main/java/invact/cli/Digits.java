package invact.cli;

import java.util.Locale;

/** Numbers as tables show them. */
final class Digits {
  private Digits() {}

  /** An error, to five digits. */
  static String of(double value) {
    return String.format(Locale.ROOT, "%.4e", value);
  }

  /** An input, to five digits behind the point. */
  static String input(double x) {
    return String.format(Locale.ROOT, "%.5f", x);
  }

  /** A ratio near 1, to three digits behind the point. */
  static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.3f", ratio);
  }

  /** Nanoseconds, to a tenth of a picosecond. */
  static String nanos(double nanos) {
    return String.format(Locale.ROOT, "%.4f", nanos);
  }

  /** Gigabytes a second. */
  static String rate(double gigabytesPerSecond) {
    return String.format(Locale.ROOT, "%.1f", gigabytesPerSecond);
  }
}
