package invact.fit.internal.leastsquares;

import invact.fit.FitException;
import java.util.List;
import org.apache.commons.math3.exception.ConvergenceException;
import org.apache.commons.math3.exception.MaxCountExceededException;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresFactory;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresOptimizer.Optimum;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresProblem;
import org.apache.commons.math3.fitting.leastsquares.LevenbergMarquardtOptimizer;
import org.apache.commons.math3.fitting.leastsquares.MultivariateJacobianFunction;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.util.Pair;

/**
 * One search by Levenberg–Marquardt. Where it ends need not be a minimum.
 *
 * @param relativeCostTolerance the fraction of S by which the last step may lower S
 * @param maxEvaluations the evaluations after which it gives up
 */
public record Search(double relativeCostTolerance, int maxEvaluations) {
  /** Ends a search when no digit but the last of S changes. */
  public static final Search USUAL = new Search(1e-14, 1000);

  /**
   * The initial step bounds, as multiples of the scaled length of the start: MINPACK's default,
   * then smaller ones. The first suffices for all NIST problems from the certified starts; from
   * starts scattered about the answers, as in {@code NistCertificationTest}, the others cure one
   * failure in four (51 of 197 in 1400 searches).
   */
  public static final List<Double> STEP_BOUND_FACTORS = List.of(100.0, 1.0, 0.1, 0.01);

  /**
   * A step this small relative to the parameters ends a search. It is above the 2.2e-16 at which
   * the optimizer gives up.
   */
  private static final double PARAMETER_TOLERANCE = 1e-15;

  /** Low enough that a search ends by cost or step and never by this coarser test. */
  private static final double OPTIMIZER_ORTHOGONALITY_TOLERANCE = 1e-15;

  /**
   * Searches.
   *
   * @param residuals the problem
   * @param start where to start
   * @param stepBoundFactor one of {@link #STEP_BOUND_FACTORS}
   * @return where the search ended
   * @throws FitException if it did not end
   */
  public Optimum from(WeightedResiduals residuals, RealVector start, double stepBoundFactor) {
    return optimum(residuals, start, stepBoundFactor);
  }

  /**
   * Searches, and is content with the lowest point that was met, whether or not the search ended.
   *
   * @param residuals the problem
   * @param start where to start
   * @param stepBoundFactor one of {@link #STEP_BOUND_FACTORS}
   * @return the point
   */
  public RealVector lowest(WeightedResiduals residuals, RealVector start, double stepBoundFactor) {
    RealVector[] lowest = {start};
    double[] least = {Double.POSITIVE_INFINITY};
    try {
      optimum(
          point -> {
            Pair<RealVector, RealMatrix> there = residuals.value(point);
            double length = there.getFirst().getNorm();
            if (length < least[0]) {
              least[0] = length;
              lowest[0] = point.copy();
            }
            return there;
          },
          start,
          stepBoundFactor);
    } catch (FitException e) {
      // What was met until then is the answer.
    }
    return lowest[0];
  }

  private Optimum optimum(
      MultivariateJacobianFunction residuals, RealVector start, double stepBoundFactor) {
    LeastSquaresProblem problem =
        LeastSquaresFactory.create(
            residuals,
            new ArrayRealVector(start.getDimension() + 1),
            start,
            null,
            maxEvaluations,
            Integer.MAX_VALUE);
    LevenbergMarquardtOptimizer optimizer =
        new LevenbergMarquardtOptimizer()
            .withInitialStepBoundFactor(stepBoundFactor)
            .withCostRelativeTolerance(relativeCostTolerance)
            .withParameterRelativeTolerance(PARAMETER_TOLERANCE)
            .withOrthoTolerance(OPTIMIZER_ORTHOGONALITY_TOLERANCE);
    try {
      return optimizer.optimize(problem);
    } catch (MaxCountExceededException e) {
      throw new FitException(
          "no convergence in %d evaluations: start closer or allow more".formatted(maxEvaluations),
          e);
    } catch (ConvergenceException e) {
      throw new FitException(
          "the search broke down (%s): start closer".formatted(e.getMessage()), e);
    }
  }
}
