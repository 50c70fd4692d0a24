package invact.fit.internal.leastsquares;

import org.apache.commons.math3.fitting.leastsquares.MultivariateJacobianFunction;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.util.Pair;

/**
 * The residual vector r = √wᵢ (m(xᵢ; p) − yᵢ) and its n×k Jacobian J, for the optimizer to bring r
 * to zero.
 *
 * <p>The optimizer gets them as Qᵀr and QᵀJ, where Q·R is the orthogonal factorization of the n×(k
 * + 1) matrix (J, r): k + 1 numbers and a (k + 1)×k triangle. Every step it takes depends on J and
 * r through JᵀJ, Jᵀr and |r| only, and those are the same; but its own work no longer grows with n.
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

  /**
   * Qᵀr and QᵀJ; if any entry of r or J is not finite, a vector of +∞, whose infinite length makes
   * the optimizer reject the point, and a Jacobian of zeros, from which it ends a search that
   * starts there.
   */
  @Override
  public Pair<RealVector, RealMatrix> value(RealVector point) {
    evaluations++;
    double[] parameters = point.toArray();
    int k = parameters.length;
    double[] gradient = new double[k];
    OrthogonalReduction reduction = new OrthogonalReduction(k + 1);
    for (int i = 0; i < x.length; i++) {
      model.gradient(x[i], parameters, gradient);
      reduction.addRow(
          rootWeights[i], gradient, rootWeights[i] * (model.value(x[i], parameters) - y[i]));
    }
    double[][] triangle = reduction.triangle();
    double[] residuals = new double[k + 1];
    double[][] jacobian = new double[k + 1][k];
    for (int i = 0; i <= k; i++) {
      for (double entry : triangle[i]) {
        if (!Double.isFinite(entry)) {
          return Pair.create(
              new ArrayRealVector(k + 1, Double.POSITIVE_INFINITY),
              new Array2DRowRealMatrix(k + 1, k));
        }
      }
      residuals[i] = triangle[i][k];
      System.arraycopy(triangle[i], 0, jacobian[i], 0, k);
    }
    return Pair.create(
        new ArrayRealVector(residuals, false), new Array2DRowRealMatrix(jacobian, false));
  }

  /** S(p) = Σ wᵢ (yᵢ − m(xᵢ; p))², summed in twice the precision. */
  double sumOfSquares(double[] parameters) {
    double[] residuals = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      residuals[i] = rootWeights[i] * (model.value(x[i], parameters) - y[i]);
    }
    return sumOfSquaresOf(residuals);
  }

  /** Σ wᵢ yᵢ², summed in twice the precision. */
  double sumOfSquaresOfData() {
    double[] data = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      data[i] = rootWeights[i] * y[i];
    }
    return sumOfSquaresOf(data);
  }

  /**
   * Σ vᵢ² with the rounding error of every product and sum carried along (algorithm Dot2 of T.
   * Ogita, S. M. Rump, S. Oishi, 2005, <i>Accurate sum and dot product</i>, SIAM J. Sci. Comput.
   * 26).
   */
  private static double sumOfSquaresOf(double[] v) {
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
