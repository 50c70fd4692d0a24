package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.Form;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import java.util.List;

/**
 * Minimax fits: the coefficients that make max |w(x)·(q(u(x)) − v(x))| least.
 *
 * <p>Linear forms and rationals go through the exchange algorithm of Remez. Forms with other
 * nonlinear coefficients are searched in those from many starts, each with an exchange for the
 * linear ones inside, and then levelled in all coefficients at once. Segmented forms get break
 * points that make the errors of all segments equal.
 *
 * <p>Every answer is level to the tolerance and was checked on a grid four times as dense as the
 * one it was found on. A fitter is immutable and depends on nothing but its arguments: the same fit
 * has the same bits everywhere.
 */
public final class MinimaxFitter {
  /** Intervals of the grid on which extrema are sought: 100 and more from one to the next. */
  private static final int GRID = 4096;

  private static final int CHECK_FACTOR = 4;

  /**
   * What rounding may take from the levelness of a rational written about an unfavourable centre.
   */
  private static final double NOTATION_LOSS = 0.05;

  private final double tolerance;

  /** A fitter with the tolerance 10⁻⁶. */
  public MinimaxFitter() {
    this(1e-6);
  }

  private MinimaxFitter(double tolerance) {
    this.tolerance = tolerance;
  }

  /**
   * A fitter with another tolerance.
   *
   * @param newTolerance the largest 1 − levelled error/largest error on the grid of the search, in
   *     [10⁻⁹, ½]; rounding may add 2⁻⁵⁰ times the largest value over the largest error
   */
  public MinimaxFitter withTolerance(double newTolerance) {
    if (!(newTolerance >= 1e-9 && newTolerance <= 0.5)) {
      throw new IllegalArgumentException("tolerance must lie in [1e-9, 0.5]: " + newTolerance);
    }
    return new MinimaxFitter(newTolerance);
  }

  /**
   * Fits a form to a curve.
   *
   * @param form the form; its cut-off, if it has one, is no less than any height of the curve
   * @param curve the curve
   * @return the fit
   * @throws IllegalArgumentException if the curve goes beyond the form's cut-off
   * @throws FitException if there is no level answer: a pole, a degenerate problem, no convergence
   */
  public MinimaxFit fit(Form form, Curve curve) {
    double largestHeight =
        StrictMath.max(
            curve.height().applyAsDouble(curve.low()), curve.height().applyAsDouble(curve.high()));
    if (largestHeight > form.cutoff()) {
      throw new IllegalArgumentException(
          "the curve goes to height " + largestHeight + ", beyond the cut-off of " + form.name());
    }
    if (form instanceof SegmentedPolynomial segmented) {
      return new SegmentSearch(segmented, curve, tolerance).fit();
    }
    Grid grid = new Grid(curve, GRID);
    if (form instanceof RootRational rational) {
      RationalFit fit = new RationalFit(rational, grid, tolerance);
      Exchange.Level level = fit.level();
      return checked(form, curve, level, 1, 1, fit.isTranslated());
    }
    if (form.nonlinear().isEmpty()) {
      return checked(form, curve, linear(form, grid), 1, 1, false);
    }
    NonlinearSearch search = new NonlinearSearch(form, grid, tolerance);
    Exchange.Level level = search.run();
    return checked(form, curve, level, search.starts(), search.agreeing(), false);
  }

  static Exchange.Level linear(Form form, Grid grid, Exchange exchange) {
    ReferenceSolver solver = new LinearReferenceSolver(form, new double[0]);
    return exchange.run(solver, grid.chebyshevReference(solver.referenceSize()));
  }

  private Exchange.Level linear(Form form, Grid grid) {
    return linear(form, grid, new Exchange(form, grid, tolerance));
  }

  private MinimaxFit checked(
      Form form,
      Curve curve,
      Exchange.Level level,
      int starts,
      int agreeing,
      boolean isTranslated) {
    Grid denseGrid = new Grid(curve, CHECK_FACTOR * GRID);
    List<Grid.Extremum> dense =
        denseGrid
            .alternation(form, level.coefficients())
            .orElseThrow(
                () -> new FitException("%s has a pole on the curve".formatted(form.name())));
    double largest = level.largestError();
    for (Grid.Extremum extremum : dense) {
      largest = StrictMath.max(largest, extremum.size());
    }
    MinimaxFit fit =
        new MinimaxFit(
            level.coefficients(),
            level.levelledError(),
            largest,
            level.samples().stream().mapToDouble(Sample::x).toArray(),
            level.reference().stream().mapToDouble(Grid.Extremum::error).toArray(),
            level.iterations(),
            starts,
            agreeing);
    double least =
        isTranslated ? 1 - NOTATION_LOSS : Exchange.least(2 * tolerance, denseGrid, largest);
    if (!(fit.levelness() >= least)) {
      throw new FitException(
          isTranslated
              ? ("%s cannot be written about its centre in double precision, its error grows from"
                      + " %s to %s: try another degree or centre, such as %s")
                  .formatted(
                      form.name(),
                      (float) fit.levelledError(),
                      (float) fit.largestError(),
                      (float) denseGrid.rootRange()[1])
              : "the error of %s is %s between the points where it was levelled at %s"
                  .formatted(form.name(), fit.largestError(), fit.levelledError()));
    }
    return fit;
  }
}
