package invact.plot.internal;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Numbers as they are printed at ticks, with the signs of mathematics. */
final class TickLabels {
  /** The chart library places ticks with this many decimals. */
  private static final int DECIMALS = 10;

  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  private TickLabels() {}

  static String decimal(double value) {
    BigDecimal digits = BigDecimal.valueOf(value).setScale(DECIMALS, RoundingMode.HALF_UP);
    return signed(digits.stripTrailingZeros().toPlainString());
  }

  /** A number with a fixed number of decimals. */
  static String decimal(double value, int decimals) {
    return signed(
        BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString());
  }

  /** The power of ten nearest to a value. */
  static String power(double value) {
    return powerOfTen((int) Math.round(Math.log10(value)));
  }

  static String powerOfTen(int exponent) {
    if (exponent == 0) {
      return "1";
    }
    StringBuilder text = new StringBuilder("10");
    for (char digit : Integer.toString(exponent).toCharArray()) {
      text.append(digit == '-' ? '⁻' : SUPERSCRIPTS.charAt(digit - '0'));
    }
    return text.toString();
  }

  private static String signed(String digits) {
    return digits.replace('-', '−');
  }
}
