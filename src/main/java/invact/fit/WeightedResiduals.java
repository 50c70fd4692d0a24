package invact.fit;

import org.apache.commons.math3.fitting.leastsquares.MultivariateJacobianFunction;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.util.Pair;

/**
 * The vector √wᵢ (m(xᵢ; p) − yᵢ) and its Jacobian, for the optimizer to bring to zero.
 *
 * <p>The data are subtracted here, before the weight is applied, and not by the optimizer: where
 * model and data are close the subtraction is exact, and the weighting then rounds the small
 * difference instead of its large terms.
 */
final class WeightedResiduals implements MultivariateJacobianFunction {
  private final CurveModel model;
  private final double[] x;
  private final double[] y;
  private final double[] rootWeights;
  private int evaluations;

  WeightedResiduals(CurveModel model, double[] x, double[] y, double[] weights) {
    this.model = model;
    this.x = x;
    this.y = y;
    rootWeights = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      rootWeights[i] = Math.sqrt(weights[i]);
    }
  }

  /** How often {@link #value} was called. */
  int evaluations() {
    return evaluations;
  }

  /** Σ wᵢ yᵢ², compensated. */
  double weightedSquaresOfData() {
    double[] terms = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      terms[i] = rootWeights[i] * y[i];
    }
    return sumOfSquares(terms);
  }

  /**
   * The residuals and the Jacobian; if any entry of either is not finite, residuals of +∞, whose
   * infinite cost makes the optimizer reject the point.
   */
  @Override
  public Pair<RealVector, RealMatrix> value(RealVector point) {
    evaluations++;
    double[] parameters = point.toArray();
    double[] residuals = new double[x.length];
    double[][] jacobian = new double[x.length][parameters.length];
    boolean finite = true;
    for (int i = 0; i < x.length; i++) {
      double rootWeight = rootWeights[i];
      residuals[i] = rootWeight * (model.value(x[i], parameters) - y[i]);
      finite &= Double.isFinite(residuals[i]);
      double[] row = jacobian[i];
      model.gradient(x[i], parameters, row);
      for (int j = 0; j < row.length; j++) {
        row[j] *= rootWeight;
        finite &= Double.isFinite(row[j]);
      }
    }
    if (!finite) {
      residuals[0] = Double.POSITIVE_INFINITY;
    }
    return Pair.create(
        new ArrayRealVector(residuals, false), new Array2DRowRealMatrix(jacobian, false));
  }

  /**
   * Σ vᵢ² with the rounding error of every product and sum carried along (algorithm Dot2 of T.
   * Ogita, S. M. Rump, S. Oishi, 2005, <i>Accurate sum and dot product</i>, SIAM J. Sci. Comput.
   * 26), so that it is rounded as if computed in twice the precision.
   */
  static double sumOfSquares(double[] v) {
    double sum = 0;
    double error = 0;
    for (double entry : v) {
      double square = entry * entry;
      double next = sum + square;
      double part = next - sum;
      error += ((sum - (next - part)) + (square - part)) + Math.fma(entry, entry, -square);
      sum = next;
    }
    return sum + error;
  }
}
