package invact.fit.internal.tables;

import invact.fit.FitException;
import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.MinimaxFit;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.form.internal.RootPolynomial;

/** Minimax polynomials for tables. The fitter's variable is a root, x² its height. */
final class Minimax {
  /** Rounding an argument takes it over the end of its interval, by less than this. */
  static final double MARGIN = 1e-6;

  /** Coefficients are rounded to fp32: a fit nearer to level than this would change nothing. */
  private static final MinimaxFitter FITTER = new MinimaxFitter().withTolerance(1e-2);

  private Minimax() {}

  /**
   * The coefficients by ascending power of x − centre.
   *
   * @param bound the largest error, measured and rounded up
   * @throws FitException if the error is larger
   */
  static double[] polynomial(int degree, double centre, Curve curve, double bound) {
    RootPolynomial form = new RootPolynomial(degree, centre, Double.POSITIVE_INFINITY);
    MinimaxFit fit = FITTER.fit(form, curve);
    if (!(fit.largestError() < bound)) {
      throw new FitException("a table's error is " + fit.largestError() + ", not below " + bound);
    }
    return fit.coefficients();
  }
}
