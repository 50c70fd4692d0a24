package invact.fit.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.Scale;
import invact.coefficients.internal.BranchApproximant;
import invact.fit.CurveModel;
import invact.fit.FitException;
import invact.fit.LeastSquaresFitter;
import invact.fit.internal.leastsquares.LinearSolve;
import invact.fit.internal.leastsquares.Samples;
import invact.form.internal.Approximant;
import invact.form.internal.Form;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.SamplingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Fits forms to branches by least squares, from many starts.
 *
 * <p>The sum of squares of a form has false minima, and plateaus where an exponential underflows,
 * but only over the few coefficients in which the form is not linear. Each start draws those at
 * random over the ranges that the form declares, solves for the linear ones exactly, and goes on in
 * all of them by Levenberg–Marquardt. All starts are searched on a thinned sample first, which has
 * the same minima. The deepest minimum there, and others nearly as deep, are refined on all
 * samples; the deepest of these is the result. A start agrees with the result if its own search
 * ended in the same minimum.
 */
public final class BranchFitter {
  /** Thinned samples: some 20 for each of the handful of features of a target. */
  private static final int THIN_POINTS = 128;

  /** Two ends of a search are one minimum if their sums of squares differ by less, relatively. */
  private static final double SAME_MINIMUM = 1e-6;

  /** Thinning moves the depths of minima by about 1/128: those this close are all refined. */
  private static final double NEARLY_AS_DEEP = 0.2;

  private final LeastSquaresFitter fitter = new LeastSquaresFitter();

  /** Far more than a search needs that is getting anywhere; a plateau may take all it is given. */
  private final LeastSquaresFitter scout =
      fitter.withMaxEvaluations(100).withRelativeCostTolerance(1e-10);

  private final int starts;
  private final long seed;

  /**
   * A fitter.
   *
   * @param starts the number of starting points, at least 1
   * @param seed of the sequence from which they are drawn
   */
  public BranchFitter(int starts, long seed) {
    this.starts = starts;
    this.seed = seed;
  }

  /**
   * Samples of one branch.
   *
   * @param plan which inputs or outputs
   * @param activation the activation
   * @param branch the branch
   * @param target what a form is to approximate
   * @return height above the minimum against the target's value
   */
  public static Samples samples(
      SamplingPlan plan, Activation activation, Branch branch, Target target) {
    SamplingPlan.Points points = plan.points(activation, branch);
    return new Samples(
        points.x(),
        points.y(),
        Arrays.stream(points.y()).map(activation::height).toArray(),
        Arrays.stream(points.x()).map(x -> target.value(activation, x)).toArray());
  }

  /**
   * Fits one branch.
   *
   * @param activation the activation
   * @param branch the branch
   * @param form the form
   * @param target what the form is to approximate
   * @param plan which samples they are
   * @param samples samples of the branch
   * @return the best approximant of the form over the samples
   * @throws FitException if the branch has fewer samples than the form has coefficients, or no
   *     start led to a minimum without a pole on the branch
   */
  public BranchFit fit(
      Activation activation,
      Branch branch,
      Form form,
      Target target,
      SamplingPlan plan,
      Samples samples) {
    if (samples.count() < form.coefficientCount()) {
      throw FitException.wrongRequest(
          "the "
              + branch.label()
              + " branch of "
              + activation.name()
              + " has "
              + samples.count()
              + " points, fewer than the "
              + form.coefficientCount()
              + " coefficients of "
              + form.name()
              + ": ask for more points or a wider range");
    }
    // Without a nonlinear coefficient there is one minimum, and one start finds it.
    int starts = form.nonlinear().isEmpty() ? 1 : this.starts;
    String name = activation.name() + " " + branch.label() + " (" + form.name() + ")";
    List<Minimum> minima = search(form, samples, starts, name, Scale.of(activation));
    Minimum best = null;
    double depth = Double.POSITIVE_INFINITY;
    FitException pole = null;
    for (Minimum candidate : minima) {
      if (candidate.sumOfSquares() > depth * (1 + NEARLY_AS_DEEP)) {
        break;
      }
      CurveModel.Fit curve = leastSquares(fitter, form, samples, candidate.coefficients());
      try {
        BranchPole.refuse(
            new BranchApproximant(
                activation, branch, target, new Approximant(form, curve.parameters())));
      } catch (FitException e) {
        // A pole between two samples costs nothing there: such a minimum may be the deepest.
        pole = pole == null ? e : pole;
        continue;
      }
      depth = StrictMath.min(depth, candidate.sumOfSquares());
      if (best == null || curve.sumOfSquares() < best.sumOfSquares()) {
        best = candidate.refined(curve);
      }
    }
    if (best == null) {
      throw pole;
    }
    BranchApproximant approximant =
        new BranchApproximant(
            activation, branch, target, new Approximant(form, best.coefficients()));
    return new BranchFit(
        approximant,
        plan,
        targetError(approximant, samples),
        derivativeError(approximant, samples),
        best.curve,
        starts,
        best.agreeing,
        seed);
  }

  /** The error of any approximant in its target's own space, q − target. */
  public static ErrorStats targetError(BranchApproximant approximant, Samples samples) {
    ErrorStats.Accumulator errors = new ErrorStats.Accumulator();
    for (int i = 0; i < samples.count(); i++) {
      double q = approximant.approximant().value(samples.height()[i]);
      errors.add(samples.x()[i], q - samples.value()[i]);
    }
    return errors.stats();
  }

  /** The error of any approximant's derivative, g − f′. */
  public static ErrorStats derivativeError(BranchApproximant approximant, Samples samples) {
    ErrorStats.Accumulator errors = new ErrorStats.Accumulator();
    for (int i = 0; i < samples.count(); i++) {
      double x = samples.x()[i];
      double found = approximant.derivative(samples.y()[i]);
      errors.add(x, found - approximant.activation().derivative(x));
    }
    return errors.stats();
  }

  /** The minima that the starts lead to on the thinned design, the deepest first. */
  private List<Minimum> search(Form form, Samples samples, int starts, String name, double scale) {
    Samples thin = samples.thinned(THIN_POINTS);
    SplittableRandom random = new SplittableRandom(seed);
    List<Minimum> minima = new ArrayList<>();
    FitException lastFailure = null;
    for (int s = 0; s < starts; s++) {
      double[] c = new double[form.coefficientCount()];
      for (Form.NonlinearCoefficient coefficient : form.nonlinear()) {
        c[coefficient.index()] = coefficient.at(random.nextDouble(), scale);
      }
      if (!LinearSolve.solve(form, thin, c)) {
        continue;
      }
      try {
        CurveModel.Fit curve = leastSquares(scout, form, thin, c);
        merge(minima, curve);
      } catch (FitException e) {
        lastFailure = e;
      }
    }
    if (minima.isEmpty()) {
      String why = lastFailure == null ? "the form degenerates" : lastFailure.getMessage();
      throw new FitException(
          name + ": none of " + starts + " starts led to a minimum: " + why, lastFailure);
    }
    minima.sort(Comparator.comparingDouble(Minimum::sumOfSquares));
    return minima;
  }

  private static void merge(List<Minimum> minima, CurveModel.Fit curve) {
    for (int i = 0; i < minima.size(); i++) {
      Minimum known = minima.get(i);
      double difference = StrictMath.abs(known.sumOfSquares() - curve.sumOfSquares());
      if (difference <= SAME_MINIMUM * known.sumOfSquares()) {
        minima.set(i, known.foundAgain());
        return;
      }
    }
    minima.add(new Minimum(curve, 1));
  }

  private static CurveModel.Fit leastSquares(
      LeastSquaresFitter fitter, Form form, Samples samples, double[] start) {
    return fitter.fit(new FormModel(form), samples.height(), samples.value(), start);
  }

  /** A minimum, and how many starts led to it. */
  private record Minimum(CurveModel.Fit curve, int agreeing) {
    double sumOfSquares() {
      return curve.sumOfSquares();
    }

    double[] coefficients() {
      return curve.parameters();
    }

    Minimum foundAgain() {
      return new Minimum(curve, agreeing + 1);
    }

    /** This minimum over all samples. */
    Minimum refined(CurveModel.Fit full) {
      return new Minimum(full, agreeing);
    }
  }
}
