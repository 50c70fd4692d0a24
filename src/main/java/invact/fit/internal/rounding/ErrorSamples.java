package invact.fit.internal.rounding;

import invact.fit.internal.minimax.Curve;
import invact.form.internal.Approximant;
import invact.form.internal.FloatApproximant;
import invact.form.internal.Form;
import invact.sampling.internal.ChebyshevPoints;

/**
 * Points at which the error of an approximant counts: wᵢ·(q(uᵢ) − vᵢ).
 *
 * @param height uᵢ, each at least 0
 * @param value vᵢ
 * @param weight wᵢ, each at least 0
 */
public record ErrorSamples(double[] height, double[] value, double[] weight) {
  /** Copies the arrays. */
  public ErrorSamples {
    if (height.length != value.length || height.length != weight.length) {
      throw new IllegalArgumentException(
          height.length + " heights, " + value.length + " values, " + weight.length + " weights");
    }
    height = height.clone();
    value = value.clone();
    weight = weight.clone();
  }

  /**
   * Points of a curve, dense at both ends, where errors of best approximants oscillate fastest.
   *
   * @param curve the curve
   * @param intervals one less than the number of points
   * @return the samples
   */
  public static ErrorSamples of(Curve curve, int intervals) {
    double[] height = new double[intervals + 1];
    double[] value = new double[intervals + 1];
    double[] weight = new double[intervals + 1];
    for (int i = 0; i <= intervals; i++) {
      double x = ChebyshevPoints.at(curve.low(), curve.high(), i, intervals);
      height[i] = curve.height().applyAsDouble(x);
      value[i] = curve.value().applyAsDouble(x);
      weight[i] = curve.weight().applyAsDouble(x);
    }
    return new ErrorSamples(height, value, weight);
  }

  /**
   * The number of points.
   *
   * @return the count
   */
  public int count() {
    return height.length;
  }

  /**
   * The largest |error|, all arithmetic in double precision.
   *
   * @param form the form
   * @param coefficients its coefficients
   * @return max |wᵢ·(q(uᵢ) − vᵢ)|; +∞ if one is not a number
   */
  public double largest(Form form, double[] coefficients) {
    double largest = 0;
    for (int i = 0; i < height.length; i++) {
      largest = larger(largest, i, form.value(height[i], coefficients));
    }
    return largest;
  }

  /**
   * The largest |error| of what a runtime computes: the heights rounded to fp32, and every
   * operation in the order of {@link FloatApproximant}.
   *
   * @param form the form
   * @param coefficients its coefficients
   * @return max |wᵢ·(q(uᵢ) − vᵢ)|; +∞ if one is not a number
   */
  public double largestInSingle(Form form, double[] coefficients) {
    FloatApproximant q = FloatApproximant.of(new Approximant(form, coefficients));
    double largest = 0;
    for (int i = 0; i < height.length; i++) {
      largest = larger(largest, i, q.value((float) height[i]));
    }
    return largest;
  }

  private double larger(double largest, int i, double q) {
    double error = StrictMath.abs(weight[i] * (q - value[i]));
    return error <= largest ? largest : Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
  }
}
