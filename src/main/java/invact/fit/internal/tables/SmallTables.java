package invact.fit.internal.tables;

import invact.fit.internal.minimax.Curve;
import invact.internal.arithmetic.GeluForward;
import invact.numeric.internal.NormalDistribution;
import java.util.List;

/** The tables of a single polynomial. */
final class SmallTables {
  private static final double LN2 = 0.6931471805599453;
  private static final double SQRT_TWO_PI = 2.5066282746310005;

  /** Largest relative errors before the coefficients are rounded; measured, rounded up. */
  private static final double SERIES_ERROR = 0x1p-28;

  private static final double TAIL_ERROR = 0x1p-27;

  private SmallTables() {}

  /** (e^r − 1 − r)/r² on [−ln2/2, ln2/2]; the error is that of e^r, relative. */
  static List<Constants> exponential() {
    double half = 0.5 * LN2 + Minimax.MARGIN;
    Curve curve =
        new Curve(
            0,
            2 * half,
            x -> x * x,
            x -> series(x - half),
            x -> (x - half) * (x - half) * StrictMath.exp(half - x));
    return List.of(Constants.rounded("S", Minimax.polynomial(4, half, curve, SERIES_ERROR)));
  }

  /** (e^r − 1 − r)/r², next to 0 by its Taylor series. */
  private static double series(double r) {
    if (StrictMath.abs(r) > 0x1p-7) {
      return (StrictMath.expm1(r) - r) / (r * r);
    }
    double sum = 0;
    for (int j = 9; j >= 2; j--) {
      sum = 1 + r / (j + 1) * sum;
    }
    return 0.5 * sum;
  }

  /** f(−t)·exp(t²/2) of GELU as a polynomial in s = 1/t², relative. */
  static Constants geluTail() {
    double low = 1 / (GeluForward.END * GeluForward.END) - Minimax.MARGIN;
    double high = 1 / (GeluForward.LIMIT * GeluForward.LIMIT) + Minimax.MARGIN;
    Curve curve = new Curve(low, high, s -> s * s, s -> tail(s), s -> -1 / tail(s));
    return Constants.rounded("Q", Minimax.polynomial(5, 0, curve, TAIL_ERROR));
  }

  /** f(−t)·exp(t²/2) at t = 1/√s. */
  private static double tail(double s) {
    double t = 1 / StrictMath.sqrt(s);
    return -t * NormalDistribution.cumulative(-t) / (NormalDistribution.density(t) * SQRT_TWO_PI);
  }
}
