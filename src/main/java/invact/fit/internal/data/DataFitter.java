package invact.fit.internal.data;

import invact.fit.CurveModel;
import invact.fit.FitException;
import invact.fit.LeastSquaresFitter;
import invact.fit.internal.data.DataProblem.Parameter;
import invact.fit.internal.leastsquares.Search;
import invact.fit.internal.leastsquares.WeightedResiduals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Fits a {@link DataProblem}.
 *
 * <p>Without bounds this is {@link LeastSquaresFitter}. With bounds a search in the coordinates of
 * {@link Bounds} comes first. Where it ends, a parameter next to a bound towards which S falls is
 * held at the bound; the others are then fitted by their values, so that their standard errors are
 * those of the chain rule. A parameter that this takes out of its bounds is held too, and one that
 * is held although S falls inwards is released, until neither is left.
 */
public final class DataFitter {
  /** Where the best point is at a bound, dp/ds = 0 there and the search slows down on its way. */
  private static final Search NEAR = new Search(1e-8, 300);

  private static final int MAX_EVALUATIONS = 10_000;

  /** A parameter is next to a bound within this part of {@link Bounds#scale}. */
  private static final double NEXT_TO_BOUND = 1e-2;

  /** The cosine between residuals and a column of the Jacobian from which on S falls. */
  private static final double FALLING = 1e-5;

  /** Two starts ended in one minimum if their S differ by less, relatively. */
  private static final double SAME_MINIMUM = 1e-6;

  /** What rounding leaves of S, relative to Σ wᵢ (yᵢ − ȳ)². */
  private static final double NOISE = 1e-24;

  private final DataProblem problem;
  private final LeastSquaresFitter fitter;
  private final List<Bounds> bounds;

  private DataFitter(DataProblem problem) {
    this.problem = problem;
    LeastSquaresFitter relative = new LeastSquaresFitter().withMaxEvaluations(MAX_EVALUATIONS);
    this.fitter = problem.absoluteSigma() ? relative.withAbsoluteSigma() : relative;
    this.bounds = problem.parameters().stream().map(Parameter::bounds).toList();
  }

  /**
   * Fits.
   *
   * @param problem what to fit; one parameter at least is free
   * @param starts from how many starts: first the one that the parameters give, then random ones
   * @param seed of the random ones
   * @return the fit with the least S
   * @throws FitException if no start led to a minimum; the message names the parameters at fault
   */
  public static DataFit fit(DataProblem problem, int starts, long seed) {
    return new DataFitter(problem).best(starts, seed);
  }

  private DataFit best(int starts, long seed) {
    int[] free = free(new TreeSet<>());
    if (problem.points() < free.length) {
      throw new FitException(
          "%d points of positive weight do not determine %d parameters: bring more, or fix some"
              .formatted(problem.points(), free.length));
    }
    SplittableRandom random = new SplittableRandom(seed);
    List<DataFit> fits = new ArrayList<>();
    FitException failure = null;
    for (int s = 0; s < starts; s++) {
      double[] start = problem.parameters().stream().mapToDouble(Parameter::start).toArray();
      for (int j = 0; s > 0 && j < free.length; j++) {
        start[free[j]] = drawn(problem.parameters().get(free[j]), random.nextDouble());
      }
      try {
        fits.add(from(start));
      } catch (FitException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (fits.isEmpty()) {
      throw starts == 1
          ? failure
          : new FitException(
              "none of %d starts led to a minimum; the first: %s"
                  .formatted(starts, failure.getMessage()),
              failure);
    }
    DataFit best = fits.getFirst();
    for (DataFit fit : fits) {
      best = fit.sumOfSquares() < best.sumOfSquares() ? fit : best;
    }
    double limit = best.sumOfSquares() * (1 + SAME_MINIMUM) + NOISE * problem.totalSumOfSquares();
    int agreeing = (int) fits.stream().filter(fit -> fit.sumOfSquares() <= limit).count();
    return new DataFit(
        problem,
        best.values(),
        best.free(),
        best.atBound(),
        best.curve(),
        best.evaluations(),
        starts,
        agreeing,
        starts - fits.size());
  }

  /**
   * A random start. Between two bounds it is uniform; with one bound the start's distance from it,
   * and without bounds the start itself, is multiplied by a number between 0.1 and 10 that is
   * uniform in its logarithm.
   */
  private static double drawn(Parameter parameter, double unit) {
    Bounds bounds = parameter.bounds();
    if (bounds.hasLower() && bounds.hasUpper()) {
      return bounds.lower() + (bounds.upper() - bounds.lower()) * unit;
    }
    double factor = StrictMath.pow(10, 2 * unit - 1);
    if (bounds.hasLower() || bounds.hasUpper()) {
      double bound = bounds.hasLower() ? bounds.lower() : bounds.upper();
      return bound + (bounds.inside(parameter.start()) - bound) * factor;
    }
    return parameter.start() == 0 ? 2 * unit - 1 : parameter.start() * factor;
  }

  private DataFit from(double[] start) {
    int[] free = free(new TreeSet<>());
    requireFinite(start, free);
    if (Arrays.stream(free).allMatch(j -> bounds.get(j).equals(Bounds.NONE))) {
      return answer(start, new TreeSet<>(), 0);
    }
    double[] inside = start.clone();
    for (int j : free) {
      inside[j] = bounds.get(j).inside(start[j]);
    }
    FitException failure = null;
    for (double factor : Search.STEP_BOUND_FACTORS) {
      try {
        return bounded(inside, free, factor);
      } catch (FitException e) {
        failure = failure == null ? e : failure;
      }
    }
    throw failure;
  }

  private void requireFinite(double[] values, int[] free) {
    double[] gradient = new double[free.length];
    for (int i = 0; i < problem.x().length; i++) {
      double x = problem.x()[i];
      double value = problem.model().gradient(x, values, free, gradient);
      if (problem.weights()[i] > 0 && !Double.isFinite(value)) {
        throw new FitException(
            "the model is %s at x = %s with the start values: start where it is finite"
                .formatted(value, x));
      }
      for (int j = 0; problem.weights()[i] > 0 && j < free.length; j++) {
        if (!Double.isFinite(gradient[j])) {
          throw new FitException(
              "the model's derivative by %s is %s at x = %s with the start values: start elsewhere"
                  .formatted(name(free[j]), gradient[j], x));
        }
      }
    }
  }

  /** Searches within the bounds, then fits by values what is at none. */
  private DataFit bounded(double[] start, int[] free, double factor) {
    ExpressionModel model = new ExpressionModel(problem.model(), start, free, Optional.of(bounds));
    double[] coordinates =
        Arrays.stream(free).mapToDouble(j -> bounds.get(j).coordinate(start[j])).toArray();
    WeightedResiduals residuals =
        new WeightedResiduals(model, problem.x(), problem.y(), problem.weights(), coordinates);
    double[] values =
        model.all(
            residuals.parameters(NEAR.lowest(residuals, residuals.point(coordinates), factor)));
    TreeSet<Integer> held = new TreeSet<>();
    for (int j : free) {
      double bound = towards(j, cosine(j, values));
      if (Math.abs(values[j] - bound) <= NEXT_TO_BOUND * bounds.get(j).scale()) {
        values[j] = bound;
        held.add(j);
      }
    }
    int evaluations = residuals.evaluations();
    for (int round = 0; round < 4 * free.length; round++) {
      DataFit fit = answer(values, held, evaluations);
      evaluations = fit.evaluations();
      List<Integer> outside =
          fit.free().stream().filter(j -> !bounds.get(j).contains(fit.values()[j])).toList();
      for (int j : outside) {
        Bounds its = bounds.get(j);
        values[j] = fit.values()[j] < its.lower() ? its.lower() : its.upper();
        held.add(j);
      }
      Optional<Integer> released =
          held.stream().filter(j -> isFallingInwards(j, fit.values())).findFirst();
      if (outside.isEmpty() && released.isEmpty()) {
        return fit;
      }
      if (outside.isEmpty()) {
        values = fit.values().clone();
        values[released.get()] = bounds.get(released.get()).inside(values[released.get()]);
        held.remove(released.get());
      }
    }
    throw new FitException("the search did not settle which bounds hold: start elsewhere");
  }

  /** The bound that lies where S falls. */
  private double towards(int parameter, double cosine) {
    Bounds its = bounds.get(parameter);
    return cosine > FALLING ? its.lower() : cosine < -FALLING ? its.upper() : Double.NaN;
  }

  private boolean isFallingInwards(int parameter, double[] values) {
    double cosine = cosine(parameter, values);
    return values[parameter] == bounds.get(parameter).lower()
        ? cosine < -FALLING
        : cosine > FALLING;
  }

  /** ∂S/∂p as the cosine between the residuals and the column of the Jacobian; 0 without either. */
  private double cosine(int parameter, double[] values) {
    double product = 0;
    double squares = 0;
    double derivatives = 0;
    double[] gradient = new double[1];
    for (int i = 0; i < problem.x().length; i++) {
      double weight = problem.weights()[i];
      if (weight > 0) {
        double value =
            problem.model().gradient(problem.x()[i], values, new int[] {parameter}, gradient);
        double residual = value - problem.y()[i];
        product += weight * residual * gradient[0];
        squares += weight * residual * residual;
        derivatives += weight * gradient[0] * gradient[0];
      }
    }
    return squares <= NOISE * problem.totalSumOfSquares() || derivatives == 0
        ? 0
        : product / Math.sqrt(squares) / Math.sqrt(derivatives);
  }

  /** The fit by values, some parameters being held at bounds. */
  private DataFit answer(double[] start, TreeSet<Integer> held, int evaluations) {
    int[] free = free(held);
    List<Integer> freeIndices = Arrays.stream(free).boxed().toList();
    if (free.length == 0) {
      double sum = problem.sumOfSquares(start);
      CurveModel.Fit nothing =
          new CurveModel.Fit(
              new double[0],
              new double[0],
              new double[0][],
              sum,
              Math.sqrt(sum / problem.points()),
              1,
              0);
      return new DataFit(
          problem, start, freeIndices, List.copyOf(held), nothing, evaluations, 1, 1, 0);
    }
    ExpressionModel model = new ExpressionModel(problem.model(), start, free, Optional.empty());
    double[] freeStart = Arrays.stream(free).mapToDouble(j -> start[j]).toArray();
    CurveModel.Fit curve;
    try {
      curve = fitter.fit(model, problem.x(), problem.y(), problem.weights(), freeStart);
    } catch (FitException e) {
      throw named(e, free);
    }
    return new DataFit(
        problem,
        model.all(curve.parameters()),
        freeIndices,
        List.copyOf(held),
        curve,
        evaluations + curve.evaluations(),
        1,
        1,
        0);
  }

  /** The failure, with the names of the parameters that the data do not determine. */
  private FitException named(FitException e, int[] free) {
    int[] undetermined = e.undetermined();
    if (undetermined.length == 0) {
      return e;
    }
    String names =
        Arrays.stream(undetermined).mapToObj(j -> name(free[j])).collect(Collectors.joining(", "));
    return new FitException(
        "the data do not determine %s: the curve stays as it is when %s; hold %s by --fix, take a"
                .formatted(
                    names,
                    undetermined.length == 1 ? "it changes" : "they change together",
                    undetermined.length == 1 ? "it" : "one")
            + " model with fewer parameters, or start closer",
        e);
  }

  private String name(int parameter) {
    return problem.parameters().get(parameter).name();
  }

  /** The indices of the parameters that are neither fixed nor held. */
  private int[] free(TreeSet<Integer> held) {
    return IntStream.range(0, problem.parameters().size())
        .filter(j -> !problem.parameters().get(j).isFixed() && !held.contains(j))
        .toArray();
  }
}
