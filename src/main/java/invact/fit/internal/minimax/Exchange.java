package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The exchange algorithm of E. Ya. Remez (1934): level the error on a reference, move the reference
 * to the extrema of the error, until they are level.
 *
 * <p>A step that leads to a levelled approximant with a pole, or to none, is halved, towards the
 * last reference that had one.
 */
final class Exchange {
  /** Convergence is quadratic; more steps than this mean that there is none. */
  private static final int MAX_ITERATIONS = 100;

  private static final int MAX_HALVINGS = 12;

  /** Errors below this, relative to the largest value, are rounding. */
  private static final double NOISE = 0x1p-47;

  /** Rounding errors of form and curve, a few ulp of the largest value; they unlevel an error. */
  private static final double ROUNDING = 0x1p-50;

  /** Less than any error: even one of 0 is not negligible. */
  private static final double NO_ERROR = -1;

  /** Coefficients, and the alternating extrema of their error. */
  record Level(
      double[] coefficients, List<Grid.Extremum> reference, double largestError, int iterations) {
    double levelledError() {
      double least = Double.POSITIVE_INFINITY;
      for (Grid.Extremum extremum : reference) {
        least = StrictMath.min(least, extremum.size());
      }
      return least;
    }

    List<Sample> samples() {
      return reference.stream().map(Grid.Extremum::sample).toList();
    }
  }

  private final Form form;
  private final Grid grid;
  private final double tolerance;
  private final double negligible;

  Exchange(Form form, Grid grid, double tolerance) {
    this(form, grid, tolerance, NO_ERROR);
  }

  /** An exchange that also ends at any error up to the negligible one, level or not. */
  Exchange(Form form, Grid grid, double tolerance, double negligible) {
    this.form = form;
    this.grid = grid;
    this.tolerance = tolerance;
    this.negligible = negligible;
  }

  /**
   * Exchanges until the error is level.
   *
   * @throws FitException if that fails
   */
  Level run(ReferenceSolver solver, List<Sample> start) {
    int count = solver.referenceSize();
    List<Sample> reference = start;
    List<Sample> last = null;
    int halvings = 0;
    double levelness = 0;
    for (int iteration = 1; iteration <= MAX_ITERATIONS; iteration++) {
      Optional<double[]> solved = solver.level(reference);
      Optional<List<Grid.Extremum>> alternating = solved.flatMap(c -> grid.alternation(form, c));
      if (alternating.isEmpty()) {
        if (last == null || ++halvings > MAX_HALVINGS) {
          throw new FitException(
              "no %s without a pole levels the error on %d points: try another degree or centre"
                  .formatted(form.name(), count));
        }
        reference = midpoints(last, reference);
        continue;
      }
      double[] c = solved.orElseThrow();
      List<Grid.Extremum> extrema = alternating.get();
      double largest = extrema.stream().mapToDouble(Grid.Extremum::size).max().orElse(0);
      if (largest <= negligible) {
        return new Level(c, extrema, largest, iteration);
      }
      if (isNoise(grid, largest)) {
        throw reproduced(form, largest);
      }
      if (extrema.size() < count) {
        throw new FitException(
            "degenerate: the error of %s alternates at %d points only, not %d: try another degree"
                .formatted(form.name(), extrema.size(), count));
      }
      Level level = new Level(c, choose(extrema, count), largest, iteration);
      levelness = level.levelledError() / largest;
      if (levelness >= least(tolerance, grid, largest)) {
        return level;
      }
      last = reference;
      halvings = 0;
      reference = level.samples();
    }
    throw new FitException(
        ("no convergence of %s in %d exchanges, levelled error/largest error %s:"
                + " try another degree or centre")
            .formatted(form.name(), MAX_ITERATIONS, levelness));
  }

  static FitException reproduced(Form form, double error) {
    return new FitException(
        "degenerate: %s reproduces the curve to rounding (error %.1e): take a lower degree"
            .formatted(form.name(), error));
  }

  /** Whether an error is rounding alone. */
  static boolean isNoise(Grid grid, double error) {
    return !(error > NOISE * grid.scale());
  }

  /**
   * The least levelness of an answer with this largest error: 1 − tolerance, or what rounding
   * leaves.
   */
  static double least(double tolerance, Grid grid, double largest) {
    return 1 - tolerance - ROUNDING * grid.scale() / largest;
  }

  private List<Sample> midpoints(List<Sample> from, List<Sample> to) {
    List<Sample> middle = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      middle.add(grid.curve().sample(0.5 * (from.get(i).x() + to.get(i).x())));
    }
    return middle;
  }

  /**
   * Drops extrema until {@code count} are left, the largest among them, with alternating signs: the
   * smallest at an end alone, one within together with its smaller neighbour.
   */
  static List<Grid.Extremum> choose(List<Grid.Extremum> extrema, int count) {
    List<Grid.Extremum> left = new ArrayList<>(extrema);
    while (left.size() > count) {
      int last = left.size() - 1;
      int smallest = 0;
      for (int i = 1; i <= last; i++) {
        if (left.get(i).size() < left.get(smallest).size()) {
          smallest = i;
        }
      }
      if (smallest == 0 || smallest == last) {
        left.remove(smallest);
      } else if (left.size() == count + 1) {
        left.remove(left.getFirst().size() < left.getLast().size() ? 0 : last);
      } else {
        int neighbour =
            left.get(smallest - 1).size() < left.get(smallest + 1).size()
                ? smallest - 1
                : smallest + 1;
        left.remove(StrictMath.max(smallest, neighbour));
        left.remove(StrictMath.min(smallest, neighbour));
      }
    }
    return left;
  }
}
