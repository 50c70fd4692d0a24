package invact.form.internal;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalDouble;

/** A form with coefficients: one function q(u) of the height. */
public final class Approximant {
  private final Form form;
  private final double[] coefficients;

  /**
   * The approximant of a form with the coefficients given.
   *
   * @param form the form
   * @param coefficients as many finite numbers as the form has coefficients
   * @throws IllegalArgumentException if there are more or fewer, or one is not finite
   */
  public Approximant(Form form, double... coefficients) {
    this.form = Objects.requireNonNull(form, "form");
    if (coefficients.length != form.coefficientCount()) {
      throw new IllegalArgumentException(
          "form "
              + form.name()
              + " has "
              + form.coefficientCount()
              + " coefficients, not "
              + coefficients.length);
    }
    for (int j = 0; j < coefficients.length; j++) {
      if (!Double.isFinite(coefficients[j])) {
        throw new IllegalArgumentException(
            "coefficient " + j + " is not a finite number: " + coefficients[j]);
      }
    }
    this.coefficients = coefficients.clone();
  }

  /**
   * The form.
   *
   * @return the form
   */
  public Form form() {
    return form;
  }

  /**
   * The coefficients c₀, c₁, …
   *
   * @return a copy
   */
  public double[] coefficients() {
    return coefficients.clone();
  }

  /**
   * q(u).
   *
   * @param u the height, u ≥ 0; NaN gives NaN
   * @return the value
   */
  public double value(double u) {
    return form.value(u, coefficients);
  }

  /**
   * Where q has a pole, or a denominator that fp32 arithmetic may take to 0.
   *
   * @param largest the largest height that matters
   * @return such a height, or nothing if there is none from 0 up to the largest
   */
  public OptionalDouble pole(double largest) {
    return form.pole(coefficients, largest);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Approximant that
        && form.equals(that.form)
        && Arrays.equals(coefficients, that.coefficients);
  }

  @Override
  public int hashCode() {
    return 31 * form.hashCode() + Arrays.hashCode(coefficients);
  }

  @Override
  public String toString() {
    return form.name() + Arrays.toString(coefficients);
  }
}
