package invact.certify.internal;

import static invact.certify.internal.Exact.assertContains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.internal.Scale;
import invact.certify.internal.DerivativeEnclosure.Polynomial;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apfloat.Apfloat;
import org.apfloat.ApfloatMath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Taylor forms hold functions at random points of their domain, and their ranges are narrow. */
class TaylorFormTest {
  private static final int ORDER = 10;
  private static final int FORMS = 40;

  /** Beyond it no cell reaches: there are the tails. */
  private static final double FARTHEST = 1000;

  private final Random random = new Random(2);

  /** A row of a reference file: x, f(x) and f′(x) to 25 digits. */
  record Row(double x, BigDecimal value, BigDecimal derivative) {}

  private static List<Row> rows(String name) throws Exception {
    try (InputStream in = TaylorFormTest.class.getResourceAsStream("/reference/" + name + ".csv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(","))
          .map(cells ->
              new Row(
                  Double.parseDouble(cells[0]), new BigDecimal(cells[2]), new BigDecimal(cells[3])))
          .toList();
    }
  }

  /** Contains what 25 digits say of a number, and is itself narrow. */
  private static void assertHolds(Interval interval, BigDecimal digits, double width, String what) {
    BigDecimal unknown = digits.abs().movePointLeft(23);
    boolean isHeld =
        new BigDecimal(interval.low()).subtract(unknown).compareTo(digits) <= 0
            && new BigDecimal(interval.high()).add(unknown).compareTo(digits) >= 0;
    assertTrue(isHeld, () -> what + ": " + interval + " does not hold " + digits);
    assertTrue(interval.high() - interval.low() <= width, () -> what + ": " + interval);
  }

  /** f and f′ from expansion points up to a sixteenth of the scale away, and in plain intervals. */
  @ParameterizedTest
  @ValueSource(
      strings = {"gelu", "silu", "gelu-tanh", "quick-gelu", "swish-0.3", "swish-8", "mish"})
  void activationsAreHeld(String name) throws Exception {
    Activation f = Activations.of(name);
    ActivationEnclosure enclosure = ActivationEnclosure.of(f);
    double width = Scale.of(f) / 16;
    Domain domain = new Domain(new Interval(-width, width), ORDER);
    Domain point = new Domain(Interval.ZERO, 0);
    for (Row row : rows(name)) {
      double x = row.x;
      if (Math.abs(x) > FARTHEST) {
        continue;
      }
      String what = name + " at " + x;
      ActivationEnclosure.Both there = enclosure.at(TaylorForm.variable(point, Interval.of(x)));
      double narrow = 1e-14 * Math.max(1, Math.abs(x));
      assertHolds(there.value().range(), row.value, narrow, what);
      assertHolds(there.derivative().range(), row.derivative, narrow, what);
      double centre = x + width * (1.9 * random.nextDouble() - 0.95);
      Interval d = Interval.of(x).minus(Interval.of(centre));
      ActivationEnclosure.Both around =
          enclosure.at(TaylorForm.variable(domain, Interval.of(centre)));
      assertHolds(around.value().at(d), row.value, 1e-9 * Math.max(1, Math.abs(x)), what);
      assertHolds(around.derivative().at(d), row.derivative, 1e-9, what);
      assertHolds(around.value().range(), row.value, 1, what);
      assertHolds(around.derivative().range(), row.derivative, 1, what);
    }
  }

  /** f′ as a polynomial in doubles, on intervals such as fp32's blocks. */
  @ParameterizedTest
  @ValueSource(
      strings = {"gelu", "silu", "gelu-tanh", "quick-gelu", "swish-0.3", "swish-8", "mish"})
  void polynomialsInDoublesKeepTheirError(String name) throws Exception {
    DerivativeEnclosure enclosure = new DerivativeEnclosure(Activations.of(name));
    int count = 0;
    for (Row row : rows(name)) {
      float x = (float) row.x;
      if (x != row.x || x == 0) {
        continue;
      }
      count++;
      int first = Float.floatToRawIntBits(x) & -(1 << 14);
      double near = Float.intBitsToFloat(first);
      double far = Float.intBitsToFloat(first + (1 << 14) - 1);
      Polynomial exact = enclosure.on(Math.min(near, far), Math.max(near, far));
      double error = row.derivative.subtract(new BigDecimal(exact.value(x))).abs().doubleValue();
      assertTrue(error <= exact.error() && exact.error() < 1e-11, name + " at " + x);
      assertHolds(enclosure.at(x), row.derivative, 1e-13, name + " at " + x);
    }
    assertTrue(count > 0);
  }

  /** |d|·√(1 + d + d²/2) is what the height's root is like next to T. */
  @Test
  void rootOfADoubleZeroIsExactThere() {
    for (int sign : new int[] {-1, 1}) {
      Interval distances = sign > 0 ? new Interval(0, 0.2) : new Interval(-0.2, 0);
      Domain domain = new Domain(distances, ORDER);
      TaylorForm d = TaylorForm.variable(domain, Interval.ZERO);
      TaylorForm square = d.times(d);
      TaylorForm height = square.times(d.plus(Interval.ONE).plus(square.times(Interval.of(0.5))));
      TaylorForm root = height.sqrt();
      assertEquals(Interval.ZERO, root.atExpansionPoint());
      for (double at : new double[] {0, 1e-9, 1e-3, 0.1, 0.2}) {
        Apfloat x = Exact.of(sign * at);
        Apfloat inside = Exact.ONE.add(x).add(x.multiply(x).divide(Exact.TWO));
        Interval found = root.at(Interval.of(sign * at));
        assertContains(found, Exact.of(at).multiply(ApfloatMath.sqrt(inside)), "√ at " + x);
        assertTrue(found.high() - found.low() <= 1e-6 * at, found::toString);
      }
    }
    Domain both = new Domain(new Interval(-0.2, 0.2), ORDER);
    TaylorForm d = TaylorForm.variable(both, Interval.ZERO);
    assertThrows(NoEnclosureException.class, () -> d.times(d).sqrt());
  }

  @Test
  void rootsPowersAndQuotientsAreHeld() {
    for (int i = 0; i < FORMS; i++) {
      double centre = 0.5 + 3 * random.nextDouble();
      double width = 0.2 * random.nextDouble();
      double exponent = 6 * random.nextDouble() - 3;
      Domain domain = new Domain(new Interval(-width, width), i % 4 == 0 ? 0 : ORDER);
      TaylorForm x = TaylorForm.variable(domain, Interval.of(centre));
      double d = width * (2 * random.nextDouble() - 1);
      Apfloat exact = Exact.of(centre).add(Exact.of(d));
      String what = centre + " + " + d + ", exponent " + exponent;
      Interval at = Interval.of(d);
      assertContains(x.sqrt().at(at), ApfloatMath.sqrt(exact), what);
      assertContains(x.power(exponent).at(at), ApfloatMath.pow(exact, Exact.of(exponent)), what);
      assertContains(x.exp().at(at), ApfloatMath.exp(exact), what);
      Apfloat quotient = exact.subtract(Exact.TWO).divide(exact.multiply(exact).add(Exact.ONE));
      TaylorForm below = x.times(x).plus(Interval.ONE);
      assertContains(x.plus(Interval.of(-2)).dividedBy(below).at(at), quotient, what);
    }
  }
}
