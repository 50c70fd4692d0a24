package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.RootRational;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A rational about one centre written about another: both polynomials of t = r − c are expanded in
 * powers of r − c′ and divided by the denominator's value at c′. The expansion is exact, in decimal
 * numbers; what is lost is the rounding of the new coefficients.
 */
final class Translation {
  private static final MathContext DIGITS = new MathContext(60);

  private Translation() {}

  /**
   * The coefficients of the same rational.
   *
   * @throws FitException if the new centre is a pole
   */
  static double[] of(RootRational from, double[] coefficients, RootRational to) {
    int m = from.numeratorDegree();
    int n = from.denominatorDegree();
    BigDecimal shift = new BigDecimal(to.centre()).subtract(new BigDecimal(from.centre()));
    BigDecimal[] numerator = new BigDecimal[m + 1];
    BigDecimal[] denominator = new BigDecimal[n + 1];
    denominator[0] = BigDecimal.ONE;
    for (int j = 0; j <= m; j++) {
      numerator[j] = new BigDecimal(coefficients[j]);
    }
    for (int k = 1; k <= n; k++) {
      denominator[k] = new BigDecimal(coefficients[m + k]);
    }
    expand(numerator, shift);
    expand(denominator, shift);
    if (denominator[0].signum() == 0) {
      throw new FitException("%s has a pole at its centre: take another".formatted(to.name()));
    }
    double[] moved = new double[coefficients.length];
    for (int j = 0; j <= m; j++) {
      moved[j] = numerator[j].divide(denominator[0], DIGITS).doubleValue();
    }
    for (int k = 1; k <= n; k++) {
      moved[m + k] = denominator[k].divide(denominator[0], DIGITS).doubleValue();
    }
    return moved;
  }

  /** The coefficients of p(t + shift): Horner's scheme, again and again. */
  private static void expand(BigDecimal[] p, BigDecimal shift) {
    for (int k = 0; k < p.length - 1; k++) {
      for (int j = p.length - 2; j >= k; j--) {
        p[j] = p[j].add(p[j + 1].multiply(shift));
      }
    }
  }
}
