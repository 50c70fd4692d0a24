package invact.fit.internal.minimax;

import invact.form.internal.Form;

/** One point of a curve: u(x), v(x), w(x). */
record Sample(double x, double height, double value, double weight) {
  double root() {
    return StrictMath.sqrt(height);
  }

  /** w·(q(u) − v). */
  double error(Form form, double[] coefficients) {
    return weight * (form.value(height, coefficients) - value);
  }
}
