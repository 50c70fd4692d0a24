package invact.certify.internal;

import static invact.certify.internal.Exact.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.apfloat.Apfloat;
import org.apfloat.ApfloatMath;
import org.junit.jupiter.api.Test;

/** Operations hold the exact results of numbers of their operands, and not much more. */
class IntervalTest {
  private static final int POINTS = 2000;

  /** Four ulp, of operations on two numbers. */
  private static final double NARROW = 4 * 0x1p-52;

  private final Random random = new Random(1);

  /** A number of either sign, from 2⁻¹³ to 2¹³. */
  private double number() {
    double size = Math.scalb(1 + random.nextDouble(), random.nextInt(26) - 13);
    return random.nextBoolean() ? size : -size;
  }

  /** An interval around a number, of a random width, sometimes none. */
  private Interval around(double number) {
    double width = random.nextInt(3) == 0 ? 0 : Math.abs(number) * random.nextDouble();
    return new Interval(number - width * random.nextDouble(), number + width);
  }

  @Test
  void arithmeticHoldsExactResults() {
    for (int i = 0; i < POINTS; i++) {
      double a = number();
      double b = number();
      Interval x = around(a);
      Interval y = around(b);
      Apfloat exactA = Exact.of(a);
      Apfloat exactB = Exact.of(b);
      String what = a + " in " + x + ", " + b + " in " + y;
      assertContains(x.plus(y), exactA.add(exactB), what);
      assertContains(x.minus(y), exactA.subtract(exactB), what);
      assertContains(x.times(y), exactA.multiply(exactB), what);
      assertContains(x.negate(), exactA.negate(), what);
      if (!y.contains(0)) {
        assertContains(x.dividedBy(y), exactA.divide(exactB), what);
      }
      for (int n = 0; n < 6; n++) {
        assertContains(x.power(n), ApfloatMath.pow(exactA, n), what + ", power " + n);
      }
    }
  }

  @Test
  void functionsHoldExactResults() {
    for (int i = 0; i < POINTS / 4; i++) {
      double a = Math.abs(number());
      double b = 0.1 * number();
      Interval x = around(a);
      Interval positive = new Interval(Math.max(x.low(), 0), x.high());
      Apfloat exact = Exact.of(a);
      assertContains(positive.sqrt(), ApfloatMath.sqrt(exact), a + " in " + positive);
      if (a < 700) {
        assertContains(x.exp(), ApfloatMath.exp(exact), a + " in " + x);
        assertContains(x.negate().exp(), ApfloatMath.exp(exact.negate()), -a + " in " + x);
      }
      if (positive.low() > 0 && Math.abs(b) < 20) {
        assertContains(
            positive.power(b),
            ApfloatMath.pow(exact, Exact.of(b)),
            a + " in " + positive + ", power " + b);
      }
    }
  }

  @Test
  void resultsOfNumbersAreNarrow() {
    for (int i = 0; i < POINTS; i++) {
      Interval a = Interval.of(number());
      Interval b = Interval.of(number());
      Interval positive = Interval.of(a.magnitude());
      for (Interval result :
          new Interval[] {
            a.plus(b), a.minus(b), a.times(b), a.dividedBy(b), positive.sqrt(), a.power(2)
          }) {
        assertTrue(
            result.high() - result.low() <= NARROW * Math.max(result.magnitude(), 1e-300),
            result::toString);
      }
    }
  }

  @Test
  void exactResultsStayExact() {
    Interval half = Interval.of(0.5);
    assertEquals(Interval.of(0.75), half.plus(Interval.of(0.25)));
    assertEquals(Interval.of(0.125), half.times(Interval.of(0.25)));
    assertEquals(Interval.ZERO, Interval.ZERO.times(new Interval(-1, Double.POSITIVE_INFINITY)));
  }

  @Test
  void noBoundStaysNoBound() {
    Interval tail = new Interval(3, Double.POSITIVE_INFINITY);
    assertEquals(Double.POSITIVE_INFINITY, tail.plus(tail).high());
    assertEquals(Double.POSITIVE_INFINITY, tail.times(tail).high());
    assertEquals(Double.NEGATIVE_INFINITY, Interval.ONE.minus(tail).low());
    assertEquals(0, Interval.ONE.dividedBy(tail).low());
    assertEquals(0, tail.negate().exp().low());
    assertEquals(Double.POSITIVE_INFINITY, Interval.of(1e200).times(Interval.of(1e200)).high());
    assertTrue(Double.isFinite(Interval.of(1e200).times(Interval.of(1e200)).low()));
  }

  @Test
  void whatHasNoResultIsRefused() {
    Interval around0 = new Interval(-1, 1);
    assertThrows(NoEnclosureException.class, () -> Interval.ONE.dividedBy(around0));
    assertThrows(NoEnclosureException.class, around0::sqrt);
    assertThrows(NoEnclosureException.class, () -> around0.power(0.5));
    assertThrows(NoEnclosureException.class, () -> new Interval(0, 1).power(-0.5));
    assertThrows(NoEnclosureException.class, () -> Interval.of(Double.NaN));
  }

  /** Both tails to relative precision; Φ by the series and by the fraction. */
  @Test
  void normalDistributionHoldsExactResults() {
    for (double x = -12; x <= 12; x += 1.3) {
      Apfloat exact = Exact.of(x);
      Interval cumulative = NormalEnclosure.cumulative(Interval.of(x));
      assertContains(cumulative, Exact.cumulative(exact), "Φ(" + x + ")");
      assertContains(NormalEnclosure.density(Interval.of(x)), Exact.density(exact), "φ(" + x + ")");
      // −x²/2 is rounded before exp: its rounding error, up to 72 ulp of 1, widens the enclosure.
      double width = cumulative.high() - cumulative.low();
      double size = x < -3 ? cumulative.high() : 1;
      assertTrue(width <= 1e-12 * size, "Φ(" + x + ") in " + cumulative);
    }
    Interval wide = NormalEnclosure.cumulative(new Interval(-1, 4));
    assertContains(wide, Exact.cumulative(Exact.of(3.5)), "Φ(3.5)");
  }
}
