package invact.fit.internal.minimax;

/**
 * Whether a polynomial is positive on an interval, decided rather than sampled: a polynomial lies
 * within the range of its Bernstein coefficients, and halving the interval makes that range tight
 * (J. M. Lane and R. F. Riesenfeld, "Bounds on a polynomial", BIT 21 (1981) 112–117).
 */
final class Positivity {
  /** Halvings; a polynomial that still is not seen to be positive has a root or nearly one. */
  private static final int MAX_DEPTH = 40;

  private Positivity() {}

  /** Whether Σ cⱼ·rʲ &gt; 0 for all r in [low, high]. */
  static boolean holds(double[] c, double low, double high) {
    int n = c.length - 1;
    // Coefficients of the same polynomial in t, r = low + (high − low)·t, by repeated division.
    double[] shifted = c.clone();
    for (int i = 0; i < n; i++) {
      for (int j = n - 1; j >= i; j--) {
        shifted[j] += low * shifted[j + 1];
      }
    }
    double power = 1;
    double[] bernstein = new double[n + 1];
    for (int j = 0; j <= n; j++) {
      shifted[j] *= power;
      power *= high - low;
    }
    for (int i = 0; i <= n; i++) {
      double ratio = 1;
      for (int j = 0; j <= i; j++) {
        bernstein[i] += ratio * shifted[j];
        ratio *= (double) (i - j) / (n - j);
      }
    }
    return holds(bernstein, 0);
  }

  private static boolean holds(double[] bernstein, int depth) {
    int n = bernstein.length - 1;
    if (!(bernstein[0] > 0 && bernstein[n] > 0)) {
      return false;
    }
    boolean all = true;
    for (double b : bernstein) {
      all &= b > 0;
    }
    if (all || depth == MAX_DEPTH) {
      return all;
    }
    double[] left = new double[n + 1];
    double[] right = bernstein.clone();
    for (int i = 0; i <= n; i++) {
      left[i] = right[0];
      for (int j = 0; j < n - i; j++) {
        right[j] = 0.5 * (right[j] + right[j + 1]);
      }
    }
    return holds(left, depth + 1) && holds(right, depth + 1);
  }
}
