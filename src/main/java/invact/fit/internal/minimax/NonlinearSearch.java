package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds the nonlinear coefficients of a minimax fit: E(θ), the error of the best linear
 * coefficients for given nonlinear ones θ, is computed on a lattice of starts; from its lowest
 * local minima the simplex method of J. A. Nelder and R. Mead (1965) goes on, and the errors that
 * it ends with are levelled in all coefficients at once.
 *
 * <p>θ moves in the unit cube that {@link Form.NonlinearCoefficient} spans, and may leave it. E has
 * a kink along its valleys, where a simplex slows down; levelling covers the rest of the way.
 *
 * <p>An answer with fewer reference points than all coefficients ask for may be none: a coefficient
 * that vanishes on its way to the other sign, or a simplex stuck in a kink. Then the search goes on
 * with the coefficients' ranges taken to the heights of the curve and to either sign, and from the
 * lowest point found on the whole grid, with ever new simplexes of other sizes.
 */
final class NonlinearSearch {
  private static final int COARSE_GRID = 384;
  private static final double COARSE_TOLERANCE = 1e-6;

  /** Tolerance, and sizes of the simplexes, of the last search from the lowest point. */
  private static final double FINE_TOLERANCE = 1e-10;

  private static final double[] SIZES = {0.02, -0.02, 0.005, -0.005, 0.001, -0.001};

  /** A round of simplexes that lowers the error by less, relatively, is the last. */
  private static final double LEAST_GAIN = 1e-8;

  private static final int MAX_ROUNDS = 50;

  /** Relative spread of the errors at which a simplex has contracted. */
  private static final double SIMPLEX_TOLERANCE = 1e-5;

  /** How much of the largest error the coarse grid may miss. */
  private static final double COARSENESS = 2e-3;

  /** Starts on the lattice for one, two, and more nonlinear coefficients, along each. */
  private static final int[] STARTS = {0, 200, 24, 6};

  private static final int MAX_SEARCHES = 6;
  private static final int MAX_EVALUATIONS = 300;

  /** Relative difference of two errors that count as the same. */
  private static final double AGREEMENT = 1e-5;

  private final Form form;
  private final Grid grid;
  private final Grid coarse;
  private final double tolerance;
  private final List<Form.NonlinearCoefficient> nonlinear;
  private LinearProgram program;
  private double programTolerance = COARSE_TOLERANCE;
  private final int[] linear;

  /** The unit of heights, and the sign of each nonlinear coefficient. */
  private double unit;

  private double[] signs;
  private int starts;
  private int agreeing;

  private record Vertex(double[] position, double error) {}

  NonlinearSearch(Form form, Grid grid, double tolerance) {
    this.form = form;
    this.grid = grid;
    this.tolerance = tolerance;
    coarse = new Grid(grid.curve(), COARSE_GRID);
    nonlinear = form.nonlinear();
    unit = grid.curve().scale();
    signs = new double[nonlinear.size()];
    Arrays.fill(signs, 1.0);
    program = new LinearProgram(form, coarse.samples());
    linear =
        IntStream.range(0, form.coefficientCount())
            .filter(j -> nonlinear.stream().noneMatch(range -> range.index() == j))
            .toArray();
  }

  /** The searches that {@link #run} went on with. */
  int starts() {
    return starts;
  }

  /** How many of them ended at the answer. */
  int agreeing() {
    return agreeing;
  }

  /**
   * The best level found.
   *
   * @throws FitException if no search led to one
   */
  Exchange.Level run() {
    Exchange.Level first = search(latticeMinima());
    if (isComplete(first)) {
      return first;
    }
    int firstStarts = starts;
    int firstAgreeing = agreeing;
    Exchange.Level second = wider(first);
    if (second.largestError() < first.largestError() * (1 - AGREEMENT)) {
      return second;
    }
    starts = firstStarts;
    agreeing = firstAgreeing;
    return first;
  }

  private boolean isComplete(Exchange.Level level) {
    return level.reference().size() > form.coefficientCount();
  }

  /** The best of the searches in other ranges, and what the best of all leads to. */
  private Exchange.Level wider(Exchange.Level first) {
    Exchange.Level best = first;
    double bestUnit = unit;
    double[] bestSigns = signs.clone();
    int bestStarts = starts;
    int bestAgreeing = agreeing;
    unit = StrictMath.max(grid.samples().getFirst().height(), grid.samples().getLast().height());
    for (int pattern = 0; pattern < 1 << nonlinear.size(); pattern++) {
      for (int k = 0; k < signs.length; k++) {
        signs[k] = (pattern >> k & 1) == 0 ? 1 : -1;
      }
      try {
        Exchange.Level level = search(latticeMinima());
        if (level.largestError() < best.largestError()) {
          best = level;
          bestUnit = unit;
          bestSigns = signs.clone();
          bestStarts = starts;
          bestAgreeing = agreeing;
        }
      } catch (FitException e) {
        // These signs do not suit the curve.
      }
    }
    unit = bestUnit;
    signs = bestSigns;
    starts = bestStarts;
    agreeing = bestAgreeing;
    if (!isComplete(best)) {
      double[] start = polished(position(best.coefficients()));
      Exchange.Level level = levelled(start).or(() -> levelledLinearly(start)).orElse(best);
      if (level.largestError() < best.largestError()) {
        agreeing = 1;
        return level;
      }
    }
    return best;
  }

  /** The coefficients of the lowest point that simplexes of many sizes come to. */
  private double[] polished(double[] position) {
    program = new LinearProgram(form, grid.samples());
    programTolerance = FINE_TOLERANCE;
    Vertex lowest = vertex(position);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Vertex before = lowest;
      for (double size : SIZES) {
        lowest = simplex(lowest, size, LEAST_GAIN);
      }
      // Along a valley of kinks the way so far leads on.
      Vertex base = lowest;
      double factor = 2;
      while (true) {
        Vertex next = vertex(along(before.position, base.position, factor));
        if (!(next.error < lowest.error)) {
          break;
        }
        lowest = next;
        factor *= 2;
      }
      if (!(lowest.error < before.error * (1 - LEAST_GAIN))) {
        break;
      }
    }
    return linear(lowest.position).coefficients();
  }

  private double[] position(double[] coefficients) {
    double[] position = new double[nonlinear.size()];
    for (int k = 0; k < position.length; k++) {
      Form.NonlinearCoefficient range = nonlinear.get(k);
      position[k] = range.share(signs[k] * coefficients[range.index()], unit);
    }
    return position;
  }

  private Exchange.Level search(List<Vertex> minima) {
    if (minima.isEmpty()) {
      throw new FitException(
          "no start of %s has a levelled linear fit: its ranges do not suit the curve"
              .formatted(form.name()));
    }
    if (Exchange.isNoise(grid, minima.getFirst().error)) {
      throw Exchange.reproduced(form, minima.getFirst().error);
    }
    starts = minima.size();
    agreeing = 0;
    List<Exchange.Level> levels = new ArrayList<>();
    Vertex lowest = null;
    for (Vertex start : minima) {
      double size = 0.5 / STARTS[StrictMath.min(nonlinear.size(), STARTS.length - 1)];
      Vertex end = simplex(start, size, SIMPLEX_TOLERANCE);
      if (lowest == null || end.error < lowest.error) {
        lowest = end;
      }
      levelled(linear(end.position).coefficients()).ifPresent(levels::add);
    }
    Exchange.Level best =
        levels.stream().min(Comparator.comparingDouble(Exchange.Level::largestError)).orElse(null);
    if (best == null || best.largestError() > lowest.error * (1 + COARSENESS)) {
      double error = lowest.error;
      best =
          levelledLinearly(linear(lowest.position).coefficients())
              .orElseThrow(() ->
                  new FitException(
                      "the best error of %s found, %.4e, could not be levelled"
                          .formatted(form.name(), error)));
      levels.add(best);
    }
    for (Exchange.Level level : levels) {
      if (level.largestError() <= best.largestError() * (1 + AGREEMENT)) {
        agreeing++;
      }
    }
    return best;
  }

  private List<Vertex> latticeMinima() {
    int dimension = nonlinear.size();
    int perAxis = STARTS[StrictMath.min(dimension, STARTS.length - 1)];
    int total = 1;
    for (int k = 0; k < dimension; k++) {
      total *= perAxis;
    }
    Vertex[] lattice = new Vertex[total];
    for (int i = 0; i < total; i++) {
      double[] position = new double[dimension];
      int rest = i;
      for (int k = 0; k < dimension; k++) {
        position[k] = (double) (rest % perAxis) / (perAxis - 1);
        rest /= perAxis;
      }
      lattice[i] = vertex(position);
    }
    List<Vertex> minima = new ArrayList<>();
    for (int i = 0; i < total; i++) {
      boolean lowest = Double.isFinite(lattice[i].error);
      int stride = 1;
      for (int k = 0; k < dimension; k++) {
        int along = i / stride % perAxis;
        lowest &= along == 0 || lattice[i - stride].error >= lattice[i].error;
        lowest &= along == perAxis - 1 || lattice[i + stride].error >= lattice[i].error;
        stride *= perAxis;
      }
      if (lowest) {
        minima.add(lattice[i]);
      }
    }
    minima.sort(Comparator.comparingDouble(Vertex::error));
    return minima.subList(0, StrictMath.min(MAX_SEARCHES, minima.size()));
  }

  private double[] coefficients(double[] position) {
    double[] theta = new double[position.length];
    for (int k = 0; k < theta.length; k++) {
      theta[k] = signs[k] * nonlinear.get(k).at(position[k], unit);
    }
    return theta;
  }

  private Vertex vertex(double[] position) {
    try {
      return new Vertex(position, linear(position).error());
    } catch (FitException e) {
      return new Vertex(position, Double.POSITIVE_INFINITY);
    }
  }

  /** The best linear coefficients on the coarse grid. */
  private LinearProgram.Solution linear(double[] position) {
    double[] base = new double[form.coefficientCount()];
    double[] theta = coefficients(position);
    for (int k = 0; k < theta.length; k++) {
      base[nonlinear.get(k).index()] = theta[k];
    }
    return program.solve(base, linear, programTolerance);
  }

  /** The level in all coefficients near some; none if the error does not alternate so often. */
  private Optional<Exchange.Level> levelled(double[] start) {
    try {
      return Optional.of(exchanged(new NewtonReferenceSolver(form, start), start));
    } catch (FitException e) {
      return Optional.empty();
    }
  }

  /**
   * The level in the linear coefficients alone: E may have its minimum where it is smooth in θ, and
   * then the error of the best approximant alternates no more often than that of its neighbours.
   */
  private Optional<Exchange.Level> levelledLinearly(double[] start) {
    double[] theta = nonlinear.stream().mapToDouble(range -> start[range.index()]).toArray();
    try {
      return Optional.of(exchanged(new LinearReferenceSolver(form, theta), start));
    } catch (FitException e) {
      return Optional.empty();
    }
  }

  private Exchange.Level exchanged(ReferenceSolver solver, double[] start) {
    int count = solver.referenceSize();
    List<Grid.Extremum> extrema = grid.alternation(form, start).orElse(List.of());
    if (extrema.size() < count) {
      throw new FitException(
          "the error alternates at %d points, not %d".formatted(extrema.size(), count));
    }
    List<Sample> reference =
        Exchange.choose(extrema, count).stream().map(Grid.Extremum::sample).toList();
    return new Exchange(form, grid, tolerance).run(solver, reference);
  }

  /** Nelder and Mead's method with their coefficients 1, 2, ½, ½. */
  private Vertex simplex(Vertex start, double size, double spread) {
    int dimension = start.position.length;
    Vertex[] simplex = new Vertex[dimension + 1];
    simplex[0] = start;
    for (int k = 0; k < dimension; k++) {
      double[] position = start.position.clone();
      position[k] += position[k] > 0.5 ? -size : size;
      simplex[k + 1] = vertex(position);
    }
    int evaluations = dimension;
    Comparator<Vertex> byError = Comparator.comparingDouble(Vertex::error);
    while (true) {
      Arrays.sort(simplex, byError);
      Vertex worst = simplex[dimension];
      if (evaluations >= MAX_EVALUATIONS
          || worst.error - simplex[0].error <= spread * simplex[0].error) {
        return simplex[0];
      }
      double[] centre = new double[dimension];
      for (int i = 0; i < dimension; i++) {
        for (int k = 0; k < dimension; k++) {
          centre[k] += simplex[i].position[k] / dimension;
        }
      }
      Vertex reflected = vertex(along(centre, worst.position, -1.0));
      evaluations++;
      if (reflected.error < simplex[0].error) {
        Vertex expanded = vertex(along(centre, worst.position, -2.0));
        evaluations++;
        simplex[dimension] = expanded.error < reflected.error ? expanded : reflected;
      } else if (reflected.error < simplex[dimension - 1].error) {
        simplex[dimension] = reflected;
      } else {
        Vertex contracted =
            vertex(along(centre, worst.position, reflected.error < worst.error ? -0.5 : 0.5));
        evaluations++;
        if (contracted.error < StrictMath.min(worst.error, reflected.error)) {
          simplex[dimension] = contracted;
        } else {
          for (int i = 1; i <= dimension; i++) {
            simplex[i] = vertex(along(simplex[0].position, simplex[i].position, 0.5));
            evaluations++;
          }
        }
      }
    }
  }

  /** centre + factor·(point − centre). */
  private static double[] along(double[] centre, double[] point, double factor) {
    double[] position = new double[centre.length];
    for (int k = 0; k < position.length; k++) {
      position[k] = centre[k] + factor * (point[k] - centre[k]);
    }
    return position;
  }
}
