package invact.certify.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import org.apfloat.Apfloat;
import org.apfloat.ApfloatMath;

/** Numbers of 40 digits and more, by a library that shares no code with ours. */
final class Exact {
  /** Digits; a sum of numbers as far apart as 2⁻¹³ and 2¹³ keeps 40 of its result. */
  private static final long DIGITS = 60;

  static final Apfloat ONE = of(1);
  static final Apfloat TWO = of(2);

  private Exact() {}

  static Apfloat of(double number) {
    return new Apfloat(new BigDecimal(number), DIGITS);
  }

  /** Φ. */
  static Apfloat cumulative(Apfloat x) {
    return ApfloatMath.erfc(x.negate().divide(ApfloatMath.sqrt(TWO))).divide(TWO);
  }

  /** φ. */
  static Apfloat density(Apfloat x) {
    return ApfloatMath.exp(x.multiply(x).divide(TWO).negate())
        .divide(ApfloatMath.sqrt(ApfloatMath.pi(DIGITS).multiply(TWO)));
  }

  /** Contains a number, whose own rounding, in the last of 60 digits, is left out of account. */
  static void assertContains(Interval interval, Apfloat number, String what) {
    Apfloat unknown = ApfloatMath.abs(number).multiply(of(1e-50));
    boolean isAbove =
        interval.low() == Double.NEGATIVE_INFINITY
            || of(interval.low()).subtract(unknown).compareTo(number) <= 0;
    boolean isBelow =
        interval.high() == Double.POSITIVE_INFINITY
            || of(interval.high()).add(unknown).compareTo(number) >= 0;
    assertTrue(isAbove && isBelow, () -> what + ": " + interval + " does not hold " + number);
  }
}
