package invact.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers for tables. */
final class Digits {
  private Digits() {}

  /** An error, to five digits. */
  static String of(double value) {
    return String.format(Locale.ROOT, "%.4e", value);
  }

  /** A lower bound, to five digits, rounded down. */
  static String below(double value) {
    return rounded(value, RoundingMode.DOWN);
  }

  /** An upper bound, to five digits, rounded up. */
  static String above(double value) {
    return rounded(value, RoundingMode.UP);
  }

  /** A number that is not negative, rounded to five digits. */
  private static String rounded(double value, RoundingMode mode) {
    return of(new BigDecimal(value).round(new MathContext(5, mode)).doubleValue());
  }

  /** An input, to five digits behind the point. */
  static String input(double x) {
    return String.format(Locale.ROOT, "%.5f", x);
  }

  /** A ratio near 1, to three digits behind the point. */
  static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.3f", ratio);
  }

  /** Nanoseconds above 0, to four digits. */
  static String nanos(double nanos) {
    return new BigDecimal(nanos).round(new MathContext(4)).toPlainString();
  }

  /** Gigabytes a second. */
  static String rate(double gigabytesPerSecond) {
    return String.format(Locale.ROOT, "%.1f", gigabytesPerSecond);
  }
}
