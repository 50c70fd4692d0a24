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
 * a kink along its valleys, where the simplex slows down; what it leaves is what levelling is for.
 */
final class NonlinearSearch {
  private static final int COARSE_GRID = 384;
  private static final double COARSE_TOLERANCE = 1e-6;

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
  private final LinearProgram program;
  private final int[] linear;
  private int starts;
  private int agreeing;

  private record Vertex(double[] position, double error) {}

  NonlinearSearch(Form form, Grid grid, double tolerance) {
    this.form = form;
    this.grid = grid;
    this.tolerance = tolerance;
    coarse = new Grid(grid.curve(), COARSE_GRID);
    nonlinear = form.nonlinear();
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
    List<Vertex> minima = latticeMinima();
    if (minima.isEmpty()) {
      throw new FitException(
          "no start of %s has a levelled linear fit: its ranges do not suit the curve"
              .formatted(form.name()));
    }
    starts = minima.size();
    List<Exchange.Level> levels = new ArrayList<>();
    Vertex lowest = null;
    for (Vertex start : minima) {
      Vertex end = simplex(start);
      if (lowest == null || end.error < lowest.error) {
        lowest = end;
      }
      levelled(end).ifPresent(levels::add);
    }
    Exchange.Level best =
        levels.stream().min(Comparator.comparingDouble(Exchange.Level::largestError)).orElse(null);
    if (best == null || best.largestError() > lowest.error * (1 + COARSENESS)) {
      best = levelledLinearly(lowest);
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
      theta[k] = nonlinear.get(k).at(position[k], grid.curve().scale());
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
    return program.solve(base, linear, COARSE_TOLERANCE);
  }

  /** The level in all coefficients near a vertex; none if the error does not alternate so often. */
  private Optional<Exchange.Level> levelled(Vertex vertex) {
    double[] start = linear(vertex.position).coefficients();
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
  private Exchange.Level levelledLinearly(Vertex vertex) {
    double[] start = linear(vertex.position).coefficients();
    try {
      return exchanged(new LinearReferenceSolver(form, coefficients(vertex.position)), start);
    } catch (FitException e) {
      throw new FitException(
          "the best error of %s found, %.4e, could not be levelled"
              .formatted(form.name(), vertex.error),
          e);
    }
  }

  private Exchange.Level exchanged(ReferenceSolver leveller, double[] start) {
    int count = leveller.referenceSize();
    List<Grid.Extremum> extrema = grid.alternation(form, start);
    if (extrema == null || extrema.size() < count) {
      throw new FitException(
          "the error alternates at %d points, not %d"
              .formatted(extrema == null ? 0 : extrema.size(), count));
    }
    List<Sample> reference =
        Exchange.choose(extrema, count).stream().map(Grid.Extremum::sample).toList();
    return new Exchange(form, grid, tolerance).run(leveller, reference);
  }

  /** Nelder and Mead's method with their coefficients 1, 2, ½, ½. */
  private Vertex simplex(Vertex start) {
    int dimension = start.position.length;
    Vertex[] simplex = new Vertex[dimension + 1];
    simplex[0] = start;
    double size = 0.5 / STARTS[StrictMath.min(dimension, STARTS.length - 1)];
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
          || worst.error - simplex[0].error <= SIMPLEX_TOLERANCE * simplex[0].error) {
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
