package invact.fit.internal.leastsquares;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.form.internal.Form;
import invact.form.internal.RootExponential;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearPartTest {
  /** With the nonlinear coefficients given it is the form itself, and linear in all others. */
  @Test
  void theFormWithSomeCoefficientsHeld() {
    for (Form form :
        List.of(
            new RootRational(2, 1),
            new RootExponential(1, RootExponential.Decay.GAUSSIAN),
            new SegmentedPolynomial(2, 1))) {
      double[] c = {0.7, -0.4, 0.3, 0.9, 0.2, 0.1};
      double[] coefficients = Arrays.copyOf(c, form.coefficientCount());
      LinearPart part = new LinearPart(form, coefficients);
      assertEquals(form.coefficientCount() - form.nonlinear().size(), part.parameterCount());
      double[] parameters = new double[part.parameterCount()];
      int next = 0;
      for (int j = 0; j < coefficients.length; j++) {
        int index = j;
        if (form.nonlinear().stream().noneMatch(each -> each.index() == index)) {
          parameters[next++] = coefficients[j];
        }
      }
      assertArrayEquals(coefficients, part.coefficients(parameters));
      double[] gradient = new double[parameters.length];
      for (double u : new double[] {0, 0.3, 1.7}) {
        assertEquals(form.value(u, coefficients), part.value(u, parameters));
        part.gradient(u, parameters, gradient);
        double sum = part.value(u, new double[parameters.length]);
        for (int j = 0; j < gradient.length; j++) {
          sum += gradient[j] * parameters[j];
        }
        // Five products of numbers below 2.
        assertEquals(part.value(u, parameters), sum, 1e-14, form.name());
      }
    }
  }
}
