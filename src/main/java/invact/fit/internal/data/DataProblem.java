package invact.fit.internal.data;

import invact.activation.internal.expression.Expression;
import java.util.List;

/**
 * Points, a model, and what is known of its parameters.
 *
 * @param model m(x; p)
 * @param parameters the parameters, in the order of {@link Expression#parameters}
 * @param x abscissas, finite
 * @param y ordinates, finite
 * @param weights the wᵢ of S(p) = Σ wᵢ (yᵢ − m(xᵢ; p))², finite and not negative
 * @param absoluteSigma whether wᵢ = 1/σᵢ² with σᵢ the standard deviation of yᵢ; otherwise weights
 *     are relative to each other
 */
public record DataProblem(
    Expression model,
    List<Parameter> parameters,
    double[] x,
    double[] y,
    double[] weights,
    boolean absoluteSigma) {

  /**
   * A parameter.
   *
   * @param name its name in the model
   * @param start where the search starts, or the value of a fixed parameter; within the bounds
   * @param bounds where it may be
   * @param isFixed whether it keeps its value
   */
  public record Parameter(String name, double start, Bounds bounds, boolean isFixed) {}

  /** The number of points that count. */
  int points() {
    int points = 0;
    for (double weight : weights) {
      points += weight > 0 ? 1 : 0;
    }
    return points;
  }

  /** S at values of all parameters. */
  double sumOfSquares(double[] values) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      if (weights[i] > 0) {
        double residual = y[i] - model.value(x[i], values);
        sum += weights[i] * residual * residual;
      }
    }
    return sum;
  }

  /** Σ wᵢ (yᵢ − ȳ)², ȳ being the weighted mean. */
  double totalSumOfSquares() {
    double weight = 0;
    double mean = 0;
    for (int i = 0; i < x.length; i++) {
      if (weights[i] > 0) {
        weight += weights[i];
        mean += (y[i] - mean) * (weights[i] / weight);
      }
    }
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      if (weights[i] > 0) {
        sum += weights[i] * (y[i] - mean) * (y[i] - mean);
      }
    }
    return sum;
  }
}
