package invact.form.internal;

/** Polynomials as every backend evaluates them: Horner's scheme, one fused multiply-add a step. */
final class Horner {
  private Horner() {}

  /** c[first] + c[first+1]·r + … + c[first+degree]·r^degree. */
  static double value(double[] c, int first, int degree, double r) {
    double value = c[first + degree];
    for (int j = degree - 1; j >= 0; j--) {
      value = StrictMath.fma(value, r, c[first + j]);
    }
    return value;
  }

  /** Stores factor·r⁰ … factor·r^degree from {@code gradient[first]} on. */
  static void powers(double factor, double r, int degree, double[] gradient, int first) {
    double power = factor;
    for (int j = 0; j <= degree; j++) {
      gradient[first + j] = power;
      power *= r;
    }
  }
}
