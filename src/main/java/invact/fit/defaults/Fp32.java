package invact.fit.defaults;

/** Coefficients as runtimes hold them. */
final class Fp32 {
  private Fp32() {}

  /** Each coefficient rounded to fp32. */
  static double[] rounded(double[] coefficients) {
    double[] rounded = new double[coefficients.length];
    for (int j = 0; j < rounded.length; j++) {
      rounded[j] = (float) coefficients[j];
    }
    return rounded;
  }
}
