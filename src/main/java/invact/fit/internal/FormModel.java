package invact.fit.internal;

import invact.fit.CurveModel;
import invact.form.internal.Form;

/**
 * A form as a curve over the height.
 *
 * @param form the form
 */
public record FormModel(Form form) implements CurveModel {
  @Override
  public int parameterCount() {
    return form.coefficientCount();
  }

  @Override
  public double value(double x, double[] parameters) {
    return form.value(x, parameters);
  }

  @Override
  public void gradient(double x, double[] parameters, double[] gradient) {
    form.gradient(x, parameters, gradient);
  }
}
