package invact.fit;

import invact.fit.internal.leastsquares.Curvature;
import invact.fit.internal.leastsquares.Search;
import invact.fit.internal.leastsquares.TangentSpace;
import invact.fit.internal.leastsquares.WeightedResiduals;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresOptimizer.Optimum;
import org.apache.commons.math3.linear.RealVector;

/**
 * Weighted nonlinear least squares: the parameters p that minimise S(p) = Σ wᵢ (yᵢ − m(xᵢ; p))².
 *
 * <p>The search is Levenberg–Marquardt in the MINPACK form [1], from Commons Math, whose step bound
 * is measured in units of the Jacobian's columns, so that the units of the parameters do not
 * matter. A trial point where the model or its gradient is not finite is a step to reject: the
 * bound shrinks and the search goes on.
 *
 * <p>A search that stops has not thereby succeeded. Its point is an answer only if
 *
 * <ul>
 *   <li>the Jacobian has full numerical rank there: with its columns scaled to unit length, its
 *       condition number is below 1/(n·2⁻⁵²) [2, §5.5.8]; and
 *   <li>the residual vector r is orthogonal to the columns of the Jacobian: its projection onto
 *       them is at most τ·|r| + 10⁻¹³·|√w·y|. The first term is the criterion of Bates and Watts
 *       [3], which bounds every cosine |Jⱼ·r|/(|Jⱼ||r|) and, unlike those cosines, also sees
 *       descent along a combination of nearly parallel columns. The second is the rounding error of
 *       r, which is all that is left of r where the model can reproduce the data; and
 *   <li>S bends upwards there in all directions, see {@link Curvature}. From a maximum or saddle of
 *       S the search goes on in the direction in which S falls.
 * </ul>
 *
 * <p>Otherwise the search starts again from the same start with a smaller initial step bound: a
 * first step that is too long may land where the model is flat and no gradient leads back. The
 * bounds are tried in a fixed order and the first answer is returned, so an easy problem pays for
 * one search. If there is none, {@link FitException} says why the first search failed.
 *
 * <p>The answer is a local minimum, and which one depends on the start. It is the same to the last
 * bit on every machine if the model is.
 *
 * <p>[1] J. J. Moré (1978), <i>The Levenberg–Marquardt algorithm: implementation and theory</i>,
 * Lecture Notes in Mathematics 630.<br>
 * [2] G. H. Golub, C. F. Van Loan (1996), <i>Matrix computations</i>, 3rd ed.<br>
 * [3] D. M. Bates, D. G. Watts (1981), <i>A relative offset orthogonality convergence criterion for
 * nonlinear least squares</i>, Technometrics 23.
 */
public final class LeastSquaresFitter {
  /** Bound on the rounding error of the residual vector, relative to the weighted data. */
  private static final double RESIDUAL_NOISE = 1e-13;

  /** A few times the 2.2e-16 at which the optimizer gives up. */
  private static final double LEAST_COST_TOLERANCE = 1e-15;

  /** Each leaves a saddle for a lower point; a model has few on the way. */
  private static final int MAX_ESCAPES = 20;

  private final Search search;
  private final double orthogonalityTolerance;
  private final boolean absoluteSigma;

  /**
   * A fitter with relative cost tolerance 10⁻¹⁴, orthogonality tolerance 10⁻⁵ and 1000 evaluations
   * for each search.
   */
  public LeastSquaresFitter() {
    this(Search.USUAL, 1e-5, false);
  }

  private LeastSquaresFitter(Search search, double orthogonalityTolerance, boolean absoluteSigma) {
    this.search = search;
    this.orthogonalityTolerance = orthogonalityTolerance;
    this.absoluteSigma = absoluteSigma;
  }

  /**
   * A fitter that ends a search when a step lowers S, and was predicted to lower it, by at most
   * this fraction of S.
   *
   * @param tolerance in [10⁻¹⁵, 1)
   */
  public LeastSquaresFitter withRelativeCostTolerance(double tolerance) {
    if (!(tolerance >= LEAST_COST_TOLERANCE && tolerance < 1)) {
      throw new IllegalArgumentException("tolerance must be in [1e-15, 1): " + tolerance);
    }
    return new LeastSquaresFitter(
        new Search(tolerance, search.maxEvaluations()), orthogonalityTolerance, absoluteSigma);
  }

  /**
   * A fitter that takes a point for an answer if the projection of the residual vector onto the
   * columns of the Jacobian is at most this fraction of its length.
   *
   * @param tolerance τ in (0, 1)
   */
  public LeastSquaresFitter withOrthogonalityTolerance(double tolerance) {
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new IllegalArgumentException("tolerance must be in (0, 1): " + tolerance);
    }
    return new LeastSquaresFitter(search, tolerance, absoluteSigma);
  }

  /**
   * A fitter that gives up a search after this many evaluations of the model at all points.
   *
   * @param evaluations at least 1
   */
  public LeastSquaresFitter withMaxEvaluations(int evaluations) {
    if (evaluations < 1) {
      throw new IllegalArgumentException("evaluations must be at least 1: " + evaluations);
    }
    return new LeastSquaresFitter(
        new Search(search.relativeCostTolerance(), evaluations),
        orthogonalityTolerance,
        absoluteSigma);
  }

  /**
   * A fitter that takes weights for absolute, wᵢ = 1/σᵢ² with σᵢ the standard deviation of yᵢ: the
   * covariance of the parameters is then (JᵀJ)⁻¹, however large the residuals, and is known for as
   * many points as parameters too.
   */
  public LeastSquaresFitter withAbsoluteSigma() {
    return new LeastSquaresFitter(search, orthogonalityTolerance, true);
  }

  /** {@link #fit(CurveModel, double[], double[], double[], double[])} with all weights 1. */
  public CurveModel.Fit fit(CurveModel model, double[] x, double[] y, double[] start) {
    double[] weights = new double[given("x", x).length];
    Arrays.fill(weights, 1);
    return fit(model, x, y, weights, start);
  }

  /**
   * Fits a model to points (xᵢ, yᵢ) of weight wᵢ.
   *
   * @param model the curve
   * @param x the abscissas, finite where the weight is positive
   * @param y the ordinates, finite where the weight is positive, as many
   * @param weights the weights, finite and not negative, as many; at least as many are positive as
   *     the model has parameters; what is at points of weight 0 does not matter
   * @param start where the search starts, finite, one for each parameter of the model
   * @throws IllegalArgumentException if an argument is not as said
   * @throws FitException if no search reached an answer
   */
  public CurveModel.Fit fit(
      CurveModel model, double[] x, double[] y, double[] weights, double[] start) {
    int parameterCount = given("model", model).parameterCount();
    if (parameterCount < 1) {
      throw new IllegalArgumentException(
          "model must have at least one parameter: " + parameterCount);
    }
    requireLength("y", y, given("x", x).length);
    requireLength("weights", weights, x.length);
    requireLength("start", start, parameterCount);
    int positiveWeights = 0;
    for (int i = 0; i < x.length; i++) {
      requireFinite("weights", weights[i]);
      if (weights[i] < 0) {
        throw new IllegalArgumentException("weights must not be negative: " + weights[i]);
      }
      if (weights[i] > 0) {
        requireFinite("x", x[i]);
        requireFinite("y", y[i]);
        positiveWeights++;
      }
    }
    for (double parameter : start) {
      requireFinite("start", parameter);
    }
    if (positiveWeights < parameterCount) {
      throw new IllegalArgumentException(
          "x must have at least as many points of positive weight as the model has parameters, %d: %d"
              .formatted(parameterCount, positiveWeights));
    }
    WeightedResiduals residuals = new WeightedResiduals(model, x, y, weights, start);
    FitException failure = null;
    for (double factor : Search.STEP_BOUND_FACTORS) {
      try {
        return minimum(residuals, residuals.point(start), factor, positiveWeights);
      } catch (FitException e) {
        if (failure == null) {
          failure = e;
        }
      }
    }
    throw failure;
  }

  /** Searches, and goes on from points that are no minima. */
  private CurveModel.Fit minimum(
      WeightedResiduals residuals, RealVector start, double stepBoundFactor, int points) {
    Curvature curvature = new Curvature(residuals);
    RealVector from = start;
    for (int escape = 0; escape <= MAX_ESCAPES; escape++) {
      Optimum optimum = search.from(residuals, from, stepBoundFactor);
      TangentSpace tangents = requireStationary(optimum, points, residuals);
      RealVector point = optimum.getPoint();
      Optional<RealVector> falling = curvature.falling(point, tangents, optimum.getCost());
      if (falling.isEmpty()) {
        return answer(point, tangents, points, residuals);
      }
      Optional<RealVector> lower = curvature.lower(point, falling.get(), optimum.getCost());
      if (lower.isEmpty()) {
        break;
      }
      from = lower.get();
    }
    throw new FitException(
        "the search ended where the sum of squares has a saddle or a maximum: start elsewhere");
  }

  private TangentSpace requireStationary(Optimum optimum, int points, WeightedResiduals residuals) {
    double length = optimum.getCost();
    if (!Double.isFinite(length)) {
      throw new FitException(
          "the model or its gradient is not finite at the start: start where it is");
    }
    TangentSpace tangents = new TangentSpace(optimum.getJacobian());
    double conditionNumber = tangents.conditionNumber();
    double leastRatio = Math.ulp(1.0) * points;
    if (!(conditionNumber * leastRatio < 1)) {
      throw FitException.undetermined(
          "the data do not determine all parameters where the search ended (condition number "
              + conditionNumber
              + "): start closer or remove a parameter",
          tangents.undetermined(leastRatio));
    }
    double noise = RESIDUAL_NOISE * Math.sqrt(residuals.sumOfSquaresOfData());
    // The first k of the rotated residuals span the tangents; the last is orthogonal to them.
    double projection =
        optimum.getResiduals().getSubVector(0, optimum.getPoint().getDimension()).getNorm();
    if (!(projection <= orthogonalityTolerance * length + noise)) {
      throw new FitException(
          "the search ended where the residuals are not orthogonal to the tangents (cosine "
              + projection / length
              + "): start closer"
              + (search.relativeCostTolerance() > Search.USUAL.relativeCostTolerance()
                  ? " or lower the cost tolerance"
                  : ""));
    }
    return tangents;
  }

  private CurveModel.Fit answer(
      RealVector point, TangentSpace tangents, int points, WeightedResiduals residuals) {
    int k = point.getDimension();
    double[] parameters = residuals.parameters(point);
    double sumOfSquares = residuals.sumOfSquares(parameters);
    int unit = residuals.residualUnit();
    int freedom = points - k;
    double deviation = freedom > 0 ? Math.sqrt(sumOfSquares / freedom) : Double.NaN;
    double sigma = absoluteSigma ? 1 : deviation;
    int sigmaUnit = absoluteSigma ? -unit : 0;
    double[] standardErrors = tangents.inverseGramRootDiagonal();
    double[][] covariance = tangents.inverseGram();
    for (int j = 0; j < k; j++) {
      int unitOfJ = sigmaUnit + residuals.parameterUnit(j);
      standardErrors[j] = Math.scalb(standardErrors[j] * sigma, unitOfJ);
      for (int l = 0; l < k; l++) {
        int unitOfL = sigmaUnit + residuals.parameterUnit(l);
        covariance[j][l] = Math.scalb(covariance[j][l] * sigma * sigma, unitOfJ + unitOfL);
      }
    }
    return new CurveModel.Fit(
        parameters,
        standardErrors,
        covariance,
        Math.scalb(sumOfSquares, 2 * unit),
        Math.scalb(deviation, unit),
        tangents.conditionNumber(),
        residuals.evaluations());
  }

  private static <T> T given(String name, T argument) {
    if (argument == null) {
      throw new IllegalArgumentException(name + " must not be null");
    }
    return argument;
  }

  private static void requireLength(String name, double[] values, int length) {
    if (given(name, values).length != length) {
      throw new IllegalArgumentException(
          "%s must have length %d: %d".formatted(name, length, values.length));
    }
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " must be finite: " + value);
    }
  }
}
