package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The level of a rational, by an exchange from one start after another until one ends.
 *
 * <p>An exchange leads to the best approximant from a reference near its own, and to a pole from
 * many others. Starts are, in this order: the Chebyshev reference, and those of the lower types
 * that such starts lead to; the same about other centres, which are the same rationals written
 * otherwise; the references of neighbouring types; those of shorter curves.
 */
final class RationalFit {
  /** Types whose references are tried, as differences of both degrees. */
  private static final int[][] NEIGHBOURS = {
    {1, 0}, {0, 1}, {1, 1}, {-1, 0}, {0, -1}, {-1, 1}, {1, -1}, {2, 1}, {1, 2}, {-2, -1}, {-1, -2}
  };

  /** Parts of the curve whose references are tried, stretched to all of it. */
  private static final double[] PARTS = {0.95, 0.85};

  /** Steps in which a part of the curve is stretched to all of it. */
  private static final int STEPS = 6;

  private final RootRational form;
  private final Grid grid;
  private final double tolerance;
  private boolean isTranslated;

  RationalFit(RootRational form, Grid grid, double tolerance) {
    this.form = form;
    this.grid = grid;
    this.tolerance = tolerance;
  }

  /**
   * The level, its coefficients about the form's own centre.
   *
   * @throws FitException if no start led to one
   */
  Exchange.Level level() {
    FitException failure;
    try {
      return direct(form, grid);
    } catch (FitException e) {
      failure = e;
    }
    for (double centre : centres()) {
      RootRational moved = type(0, 0, centre).orElseThrow();
      Optional<Exchange.Level> level = attempt(() -> direct(moved, grid));
      if (level.isPresent()) {
        return translated(level.get(), moved);
      }
    }
    for (double centre : centres()) {
      RootRational moved = type(0, 0, centre).orElseThrow();
      for (int[] difference : NEIGHBOURS) {
        Optional<Exchange.Level> level =
            type(difference[0], difference[1], centre)
                .flatMap(neighbour -> attempt(() -> direct(neighbour, grid)))
                .flatMap(start -> attempt(() -> exchanged(moved, grid, start.samples())));
        if (level.isPresent()) {
          return translated(level.get(), moved);
        }
      }
      for (double part : PARTS) {
        for (boolean keepsLow : new boolean[] {true, false}) {
          Optional<Exchange.Level> level = attempt(() -> stretched(moved, part, keepsLow));
          if (level.isPresent()) {
            return translated(level.get(), moved);
          }
        }
      }
    }
    throw new FitException(
        "no level %s was found, from any start; the first: %s"
            .formatted(form.name(), failure.getMessage()),
        failure);
  }

  private interface Attempt {
    Exchange.Level level();
  }

  private static Optional<Exchange.Level> attempt(Attempt attempt) {
    try {
      return Optional.of(attempt.level());
    } catch (FitException e) {
      return Optional.empty();
    }
  }

  /** The middle and the far end of the root's range, about which powers cancel least. */
  private Set<Double> centres() {
    double[] range = grid.rootRange();
    Set<Double> centres = new LinkedHashSet<>();
    for (double part : new double[] {0.5, 1}) {
      centres.add((double) (float) ((1 - part) * range[0] + part * range[1]));
    }
    centres.removeIf(centre -> !(centre >= 1e-3 && centre <= 1e6));
    return centres;
  }

  private Optional<RootRational> type(int more, int moreBelow, double centre) {
    int m = form.numeratorDegree() + more;
    int n = form.denominatorDegree() + moreBelow;
    boolean exists = m >= 0 && m <= RootRational.MAX_DEGREE && n >= 1;
    return exists && n <= RootRational.MAX_DEGREE
        ? Optional.of(new RootRational(m, n, centre, form.cutoff()))
        : Optional.empty();
  }

  /** From the reference of a part of the curve, stretched in steps to all of it. */
  private Exchange.Level stretched(RootRational moved, double part, boolean keepsLow) {
    Curve curve = grid.curve();
    double end = keepsLow ? curve.low() : curve.high();
    double length = curve.high() - curve.low();
    Exchange.Level level = direct(moved, part(end, part * length));
    double last = part;
    for (int step = 1; step <= STEPS; step++) {
      double share = part + (1 - part) * step / STEPS;
      Grid longer = step == STEPS ? grid : part(end, share * length);
      double stretch = share / last;
      List<Sample> start =
          level.samples().stream()
              .map(sample -> longer.nearest(end + (sample.x() - end) * stretch))
              .toList();
      level = exchanged(moved, longer, start);
      last = share;
    }
    return level;
  }

  /** The part of the curve of this length at one end; a sum may round to beyond the other end. */
  private Grid part(double end, double length) {
    Curve curve = grid.curve();
    return new Grid(
        end == curve.low()
            ? curve.between(end, StrictMath.min(end + length, curve.high()))
            : curve.between(StrictMath.max(end - length, curve.low()), end),
        grid.samples().size() - 1);
  }

  /** Whether {@link #level} was found about another centre than the form's own. */
  boolean isTranslated() {
    return isTranslated;
  }

  private Exchange.Level translated(Exchange.Level level, RootRational from) {
    isTranslated = true;
    return new Exchange.Level(
        Translation.of(from, level.coefficients(), form),
        level.reference(),
        level.largestError(),
        level.iterations());
  }

  /**
   * From the Chebyshev reference; if that fails, from the widened reference of the type (m − 1, n −
   * 1), then of (m, n − 1) and (m − 1, n).
   */
  private Exchange.Level direct(RootRational form, Grid grid) {
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
          return exchanged(form, grid, diagonal(lower, grid).samples());
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
    ReferenceSolver solver = new RationalReferenceSolver(form, grid.rootRange());
    try {
      return new Exchange(form, grid, tolerance)
          .run(solver, grid.chebyshevReference(solver.referenceSize()));
    } catch (FitException direct) {
      if (m < 0) {
        throw direct;
      }
      try {
        return exchanged(
            form,
            grid,
            n == 0
                ? polynomial(new RootPolynomial(m, form.centre(), form.cutoff()), grid).samples()
                : diagonal(new RootRational(m, n, form.centre(), form.cutoff()), grid).samples());
      } catch (FitException e) {
        direct.addSuppressed(e);
        throw direct;
      }
    }
  }

  private Exchange.Level polynomial(RootPolynomial form, Grid grid) {
    return MinimaxFitter.linear(form, grid, new Exchange(form, grid, tolerance));
  }

  private Exchange.Level exchanged(RootRational form, Grid grid, List<Sample> start) {
    ReferenceSolver solver = new RationalReferenceSolver(form, grid.rootRange());
    return new Exchange(form, grid, tolerance)
        .run(solver, widened(start, solver.referenceSize(), grid));
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
}
