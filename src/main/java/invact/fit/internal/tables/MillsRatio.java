package invact.fit.internal.tables;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Chebyshev coefficients of (1 + t)·R(t), R(t) = (1 − Φ(t))/φ(t), in s = (t − 4)/(t + 4): from 64
 * Chebyshev nodes, with 60 digits and more, down to 2⁻⁵⁵.
 */
final class MillsRatio {
  private static final int NODES = 64;
  private static final double LEAST = 0x1p-55;
  private static final BigDecimal CENTRE = BigDecimal.valueOf(4);
  private static final MathContext DIGITS = new MathContext(60);

  /** The series for small t loses 2·10¹¹ to cancellation at its end. */
  private static final BigDecimal SERIES_END = BigDecimal.valueOf(5);

  /** From here on four terms of the asymptotic series are taken. */
  private static final BigDecimal ASYMPTOTIC = BigDecimal.valueOf(200);

  /** At t = 5 the continued fraction gives 60 digits with 150 terms. */
  private static final int FRACTION_TERMS = 400;

  private static final BigDecimal PI =
      new BigDecimal(
          "3.14159265358979323846264338327950288419716939937510582097494459230781640629");

  private MillsRatio() {}

  static List<Constants> make() {
    BigDecimal[] values = new BigDecimal[NODES];
    for (int k = 0; k < NODES; k++) {
      values[k] = scaled(cosine(2 * k + 1));
    }
    List<Double> coefficients = new ArrayList<>();
    for (int j = 0; j < NODES; j++) {
      BigDecimal sum = BigDecimal.ZERO;
      for (int k = 0; k < NODES; k++) {
        sum = sum.add(values[k].multiply(cosine(j * (2 * k + 1))));
      }
      double c = sum.multiply(number(j == 0 ? 1 : 2)).divide(number(NODES), DIGITS).doubleValue();
      if (StrictMath.abs(c) > LEAST) {
        coefficients.add(c);
      }
    }
    return List.of(
        new Constants(
            "MILLS", false, coefficients.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  /** (1 + t)·R(t) at t = 4·(1 + s)/(1 − s). */
  private static BigDecimal scaled(BigDecimal s) {
    BigDecimal one = BigDecimal.ONE;
    BigDecimal t = CENTRE.multiply(one.add(s)).divide(one.subtract(s), DIGITS);
    if (t.compareTo(ASYMPTOTIC) > 0) {
      BigDecimal inverse = one.divide(t.multiply(t), DIGITS);
      BigDecimal sum = one;
      for (int odd : new int[] {7, 5, 3, 1}) {
        sum = one.subtract(number(odd).multiply(inverse).multiply(sum, DIGITS));
      }
      return one.add(t).divide(t, DIGITS).multiply(sum, DIGITS);
    }
    return one.add(t).multiply(t.compareTo(SERIES_END) < 0 ? series(t) : fraction(t), DIGITS);
  }

  /** R(t) = √(π/2)·exp(t²/2) − Σ t^(2k+1)/(1·3·…·(2k+1)). */
  private static BigDecimal series(BigDecimal t) {
    BigDecimal square = t.multiply(t, DIGITS);
    BigDecimal half = square.divide(number(2), DIGITS);
    BigDecimal power = BigDecimal.ONE;
    BigDecimal exponential = BigDecimal.ZERO;
    BigDecimal term = t;
    BigDecimal sum = BigDecimal.ZERO;
    for (int k = 0; power.compareTo(BigDecimal.ONE.movePointLeft(60)) > 0; k++) {
      exponential = exponential.add(power);
      sum = sum.add(term);
      power = power.multiply(half).divide(number(k + 1), DIGITS);
      term = term.multiply(square).divide(number(2 * k + 3), DIGITS);
    }
    return PI.divide(number(2), DIGITS).sqrt(DIGITS).multiply(exponential).subtract(sum);
  }

  /** R(t) = 1/(t + 1/(t + 2/(t + 3/(t + …)))). */
  private static BigDecimal fraction(BigDecimal t) {
    BigDecimal value = t;
    for (int k = FRACTION_TERMS; k > 0; k--) {
      value = t.add(number(k).divide(value, DIGITS));
    }
    return BigDecimal.ONE.divide(value, DIGITS);
  }

  /** cos(π·n/128), by its Taylor series on [0, π/2]. */
  private static BigDecimal cosine(int n) {
    int turn = n % (4 * NODES);
    int mirrored = turn > 2 * NODES ? 4 * NODES - turn : turn;
    if (mirrored > NODES) {
      return cosine(2 * NODES - mirrored).negate();
    }
    BigDecimal angle = PI.multiply(number(mirrored)).divide(number(2 * NODES), DIGITS);
    BigDecimal square = angle.multiply(angle, DIGITS);
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal term = BigDecimal.ONE;
    for (int k = 0; term.abs().compareTo(BigDecimal.ONE.movePointLeft(60)) > 0; k += 2) {
      sum = sum.add(term);
      term = term.multiply(square).divide(number((k + 1) * (k + 2)), DIGITS).negate();
    }
    return sum;
  }

  private static BigDecimal number(int n) {
    return BigDecimal.valueOf(n);
  }
}
