package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.Form;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import java.util.ArrayList;
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
   * @param form the form; its cut-off, if it has one, is no less than any lift of the curve
   * @param curve the curve
   * @return the fit
   * @throws IllegalArgumentException if the curve goes beyond the form's cut-off
   * @throws FitException if there is no level answer: a pole, a degenerate problem, no convergence
   */
  public MinimaxFit fit(Form form, Curve curve) {
    double largestLift =
        StrictMath.max(
            curve.lift().applyAsDouble(curve.low()), curve.lift().applyAsDouble(curve.high()));
    if (largestLift > form.cutoff()) {
      throw new IllegalArgumentException(
          "the curve goes to lift " + largestLift + ", beyond the cut-off of " + form.name());
    }
    if (form instanceof SegmentedPolynomial segmented) {
      return new SegmentSearch(segmented, curve, tolerance).fit();
    }
    Grid grid = new Grid(curve, GRID);
    if (form instanceof RootRational rational) {
      return checked(form, curve, rational(rational, grid), 1, 1);
    }
    if (form.nonlinear().isEmpty()) {
      return checked(form, curve, linear(form, grid), 1, 1);
    }
    NonlinearSearch search = new NonlinearSearch(form, grid, tolerance);
    Exchange.Level level = search.run();
    return checked(form, curve, level, search.starts(), search.agreeing());
  }

  static Exchange.Level linear(Form form, Grid grid, Exchange exchange) {
    ReferenceSolver leveller = new LinearReferenceSolver(form, new double[0]);
    return exchange.run(leveller, grid.chebyshevReference(leveller.referenceSize()));
  }

  private Exchange.Level linear(Form form, Grid grid) {
    return linear(form, grid, new Exchange(form, grid, tolerance));
  }

  /**
   * From the Chebyshev reference; if that fails, from the widened reference of the type (m − 1, n −
   * 1), then of (m, n − 1) and (m − 1, n).
   */
  private Exchange.Level rational(RootRational form, Grid grid) {
    int m = form.numeratorDegree();
    int n = form.denominatorDegree();
    FitException failure;
    try {
      return diagonal(form, grid);
    } catch (FitException e) {
      failure = e;
    }
    int[][] neighbours = {{m, n - 1}, {m - 1, n}};
    for (int[] type : neighbours) {
      if (type[0] >= 0 && type[1] >= 1) {
        RootRational lower = new RootRational(type[0], type[1], form.centre(), form.cutoff());
        try {
          return exchanged(form, grid, diagonal(lower, grid));
        } catch (FitException e) {
          failure.addSuppressed(e);
        }
      }
    }
    throw failure;
  }

  /** By way of the types (m − 1, n − 1), (m − 2, n − 2) … as far as needed. */
  private Exchange.Level diagonal(RootRational form, Grid grid) {
    int m = form.numeratorDegree() - 1;
    int n = form.denominatorDegree() - 1;
    ReferenceSolver leveller = new RationalReferenceSolver(form, grid.rootRange());
    try {
      return new Exchange(form, grid, tolerance)
          .run(leveller, grid.chebyshevReference(leveller.referenceSize()));
    } catch (FitException direct) {
      if (m < 0) {
        throw direct;
      }
      try {
        return exchanged(
            form,
            grid,
            n == 0
                ? linear(new RootPolynomial(m, form.centre(), form.cutoff()), grid)
                : diagonal(new RootRational(m, n, form.centre(), form.cutoff()), grid));
      } catch (FitException e) {
        direct.addSuppressed(e);
        throw direct;
      }
    }
  }

  private Exchange.Level exchanged(RootRational form, Grid grid, Exchange.Level start) {
    ReferenceSolver leveller = new RationalReferenceSolver(form, grid.rootRange());
    return new Exchange(form, grid, tolerance)
        .run(leveller, widened(start.samples(), leveller.referenceSize(), grid));
  }

  /** A reference of more points, spread as the given one is. */
  private static List<Sample> widened(List<Sample> reference, int count, Grid grid) {
    List<Sample> wider = new ArrayList<>();
    int last = reference.size() - 1;
    for (int i = 0; i < count; i++) {
      double position = (double) i * last / (count - 1);
      int below = StrictMath.min((int) position, last - 1);
      double fraction = position - below;
      double x =
          (1 - fraction) * reference.get(below).x() + fraction * reference.get(below + 1).x();
      wider.add(grid.curve().sample(x));
    }
    return wider;
  }

  private MinimaxFit checked(
      Form form, Curve curve, Exchange.Level level, int starts, int agreeing) {
    Grid denseGrid = new Grid(curve, CHECK_FACTOR * GRID);
    List<Grid.Extremum> dense = denseGrid.alternation(form, level.coefficients());
    if (dense == null) {
      throw new FitException("%s has a pole on the curve".formatted(form.name()));
    }
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
    if (!(fit.levelness() >= Exchange.least(2 * tolerance, denseGrid, largest))) {
      throw new FitException(
          "the error of %s is %s between the points where it was levelled at %s"
              .formatted(form.name(), fit.largestError(), fit.levelledError()));
    }
    return fit;
  }
}
