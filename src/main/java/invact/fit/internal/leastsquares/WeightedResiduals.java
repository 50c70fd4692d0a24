package invact.fit.internal.leastsquares;

import invact.fit.CurveModel;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
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
 *
 * <p>Where data, weights or derivatives are so large or small that their squares would leave the
 * range of doubles, residuals and parameters are scaled by powers of two, which rounds nothing: a
 * point q of the optimizer stands for the parameters pⱼ = qⱼ·2^(unit j), a residual of the
 * optimizer for one 2^(residualUnit) times as large. Points of weight 0 are left out.
 */
public final class WeightedResiduals implements MultivariateJacobianFunction {
  /** Numbers within 2^±this have squares, and sums and products of them, well within range. */
  private static final int COMFORTABLE = 256;

  private final CurveModel model;
  private final double[] x;
  private final double[] y;
  private final double[] rootWeights;

  /** Exponents of two: of a scaled weight's root, a datum and each parameter. */
  private final int weightUnit;

  private final int dataUnit;
  private final int[] parameterUnits;
  private int evaluations;

  /** The problem in units that suit its data, and the derivatives at the start. */
  public WeightedResiduals(
      CurveModel model, double[] x, double[] y, double[] weights, double[] start) {
    this.model = model;
    int[] kept = IntStream.range(0, x.length).filter(i -> weights[i] > 0).toArray();
    this.x = IntStream.of(kept).mapToDouble(i -> x[i]).toArray();
    this.y = IntStream.of(kept).mapToDouble(i -> y[i]).toArray();
    rootWeights = IntStream.of(kept).mapToDouble(i -> Math.sqrt(weights[i])).toArray();
    weightUnit = unit(largestExponent(rootWeights, i -> 1));
    int dataExponent = largestExponent(this.y, i -> rootWeights[i]);
    if (dataExponent == Integer.MIN_VALUE) {
      double[] values = new double[this.x.length];
      Arrays.setAll(values, i -> model.value(this.x[i], start));
      dataExponent = largestExponent(values, i -> rootWeights[i]);
    }
    boolean isComfortable = unit(dataExponent) == 0 && weightUnit == 0;
    dataUnit = isComfortable || dataExponent == Integer.MIN_VALUE ? 0 : dataExponent - weightUnit;
    parameterUnits = new int[start.length];
    double[][] gradients = new double[this.x.length][start.length];
    for (int i = 0; i < gradients.length; i++) {
      model.gradient(this.x[i], start, gradients[i]);
    }
    for (int j = 0; j < start.length; j++) {
      double[] column = new double[gradients.length];
      for (int i = 0; i < column.length; i++) {
        column[i] = gradients[i][j];
      }
      int exponent = largestExponent(column, i -> rootWeights[i]);
      parameterUnits[j] =
          exponent == Integer.MIN_VALUE ? 0 : -unit(exponent - weightUnit - dataUnit);
    }
  }

  /**
   * The largest binary exponent of a product vᵢ·wᵢ of numbers not 0; MIN_VALUE if there is none.
   */
  private static int largestExponent(double[] v, IntToDoubleFunction w) {
    int largest = Integer.MIN_VALUE;
    for (int i = 0; i < v.length; i++) {
      if (v[i] != 0 && Double.isFinite(v[i])) {
        largest = Math.max(largest, Math.getExponent(v[i]) + Math.getExponent(w.applyAsDouble(i)));
      }
    }
    return largest;
  }

  private static int unit(int exponent) {
    return Math.abs((long) exponent) <= COMFORTABLE || exponent == Integer.MIN_VALUE ? 0 : exponent;
  }

  /** Residuals of the optimizer are this power of two smaller than those of the problem. */
  public int residualUnit() {
    return weightUnit + dataUnit;
  }

  /** The power of two of a parameter: pⱼ = qⱼ·2^unit. */
  public int parameterUnit(int j) {
    return parameterUnits[j];
  }

  /** The parameters that a point of the optimizer stands for. */
  public double[] parameters(RealVector point) {
    double[] parameters = point.toArray();
    for (int j = 0; j < parameters.length; j++) {
      parameters[j] = Math.scalb(parameters[j], parameterUnits[j]);
    }
    return parameters;
  }

  /** The optimizer's point for parameters. */
  public RealVector point(double[] parameters) {
    double[] point = parameters.clone();
    for (int j = 0; j < point.length; j++) {
      point[j] = Math.scalb(point[j], -parameterUnits[j]);
    }
    return new ArrayRealVector(point, false);
  }

  /** How often {@link #value} was called. */
  public int evaluations() {
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
    double[] parameters = parameters(point);
    int k = parameters.length;
    double[] gradient = new double[k];
    boolean isScaled = dataUnit != 0 || !Arrays.equals(parameterUnits, new int[k]);
    OrthogonalReduction reduction = new OrthogonalReduction(k + 1);
    for (int i = 0; i < x.length; i++) {
      model.gradient(x[i], parameters, gradient);
      for (int j = 0; isScaled && j < k; j++) {
        gradient[j] = Math.scalb(gradient[j], parameterUnits[j] - dataUnit);
      }
      reduction.addRow(weight(i), gradient, residual(i, parameters));
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

  private double weight(int i) {
    return weightUnit == 0 ? rootWeights[i] : Math.scalb(rootWeights[i], -weightUnit);
  }

  private double residual(int i, double[] parameters) {
    double value = model.value(x[i], parameters);
    return dataUnit == 0
        ? weight(i) * (value - y[i])
        : weight(i) * (Math.scalb(value, -dataUnit) - Math.scalb(y[i], -dataUnit));
  }

  /** S(p) = Σ wᵢ (yᵢ − m(xᵢ; p))² in the optimizer's units, summed in twice the precision. */
  public double sumOfSquares(double[] parameters) {
    double[] residuals = new double[x.length];
    Arrays.setAll(residuals, i -> residual(i, parameters));
    return sumOfSquaresOf(residuals);
  }

  /** Σ wᵢ yᵢ² in the optimizer's units, summed in twice the precision. */
  public double sumOfSquaresOfData() {
    double[] data = new double[x.length];
    Arrays.setAll(data, i -> weight(i) * Math.scalb(y[i], -dataUnit));
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
