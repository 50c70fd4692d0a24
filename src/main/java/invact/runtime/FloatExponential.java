package invact.runtime;

/** (e^r − 1 − r)/r², the part of the exponential function that takes a polynomial. */
public final class FloatExponential {
  /** By ascending power; made by {@code ForwardTablesTest}. */
  private static final float[] SERIES = {
    0.49999994f, 0.16666521f, 0.04166839f, 0.00836871f, 0.0013814612f
  };

  private FloatExponential() {}

  /**
   * One coefficient.
   *
   * @param j its power, 0 to 4
   * @return the coefficient
   */
  public static float coefficient(int j) {
    return SERIES[j];
  }

  /** s(r), |r| ≤ ln(2)/2, by Horner. */
  static float series(float r) {
    float s = SERIES[4];
    s = Math.fma(s, r, SERIES[3]);
    s = Math.fma(s, r, SERIES[2]);
    s = Math.fma(s, r, SERIES[1]);
    return Math.fma(s, r, SERIES[0]);
  }
}
