package invact.fit.internal.leastsquares;

import invact.fit.CurveModel;
import invact.form.internal.Form;
import java.util.Arrays;

/**
 * A form in its linear coefficients alone, the nonlinear ones held at values given: a curve over
 * the height that is linear in all its parameters.
 */
public final class LinearPart implements CurveModel {
  private final Form form;
  private final double[] base;
  private final int[] linear;

  /**
   * A form with its nonlinear coefficients fixed.
   *
   * @param form the form
   * @param coefficients all coefficients, of which only the nonlinear ones matter
   */
  public LinearPart(Form form, double[] coefficients) {
    this.form = form;
    base = new double[form.coefficientCount()];
    boolean[] fixed = new boolean[base.length];
    for (Form.NonlinearCoefficient each : form.nonlinear()) {
      fixed[each.index()] = true;
      base[each.index()] = coefficients[each.index()];
    }
    int[] indices = new int[base.length];
    int count = 0;
    for (int j = 0; j < base.length; j++) {
      if (!fixed[j]) {
        indices[count++] = j;
      }
    }
    linear = Arrays.copyOf(indices, count);
  }

  @Override
  public int parameterCount() {
    return linear.length;
  }

  @Override
  public double value(double x, double[] parameters) {
    return form.value(x, coefficients(parameters));
  }

  @Override
  public void gradient(double x, double[] parameters, double[] gradient) {
    double[] all = new double[base.length];
    form.gradient(x, coefficients(parameters), all);
    for (int j = 0; j < linear.length; j++) {
      gradient[j] = all[linear[j]];
    }
  }

  /**
   * The form's coefficients, free and fixed.
   *
   * @param parameters the linear ones
   * @return all of them, in the form's order
   */
  public double[] coefficients(double[] parameters) {
    double[] coefficients = base.clone();
    for (int j = 0; j < linear.length; j++) {
      coefficients[linear[j]] = parameters[j];
    }
    return coefficients;
  }
}
