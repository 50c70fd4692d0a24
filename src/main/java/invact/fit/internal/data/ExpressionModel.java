package invact.fit.internal.data;

import invact.activation.internal.expression.Expression;
import invact.fit.CurveModel;
import java.util.List;
import java.util.Optional;

/** A model written as an expression, in those of its parameters that are free. */
final class ExpressionModel implements CurveModel {
  private final Expression expression;
  private final double[] values;
  private final int[] free;
  private final Optional<List<Bounds>> bounds;

  /**
   * A model.
   *
   * @param values all parameters, of which those that are not free keep their values
   * @param free the indices of the others
   * @param bounds of all parameters where the free ones are given by the coordinates of {@link
   *     Bounds}; nothing where they are given by their values
   */
  ExpressionModel(
      Expression expression, double[] values, int[] free, Optional<List<Bounds>> bounds) {
    this.expression = expression;
    this.values = values.clone();
    this.free = free.clone();
    this.bounds = bounds;
  }

  @Override
  public int parameterCount() {
    return free.length;
  }

  @Override
  public double value(double x, double[] parameters) {
    return expression.value(x, all(parameters));
  }

  @Override
  public void gradient(double x, double[] parameters, double[] gradient) {
    expression.gradient(x, all(parameters), free, gradient);
    if (bounds.isPresent()) {
      for (int j = 0; j < free.length; j++) {
        gradient[j] *= bounds.get().get(free[j]).slope(parameters[j]);
      }
    }
  }

  /** The values of all parameters, given the free ones. */
  double[] all(double[] parameters) {
    double[] all = values.clone();
    for (int j = 0; j < free.length; j++) {
      double p = parameters[j];
      all[free[j]] = bounds.isPresent() ? bounds.get().get(free[j]).parameter(p) : p;
    }
    return all;
  }
}
