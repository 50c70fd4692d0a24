package invact.fit.internal.leastsquares;

/**
 * Points to fit one branch of a target at; arrays of one length, never changed once made.
 *
 * @param x inputs
 * @param y outputs f(x)
 * @param height u = y − f(T), the argument of the approximant
 * @param value what the approximant should be there
 */
public record Samples(double[] x, double[] y, double[] height, double[] value) {
  public int count() {
    return x.length;
  }

  /** Every so-manieth sample, and the last one, so that about {@code count} are left. */
  public Samples thinned(int count) {
    int stride = StrictMath.max(1, x.length / count);
    int kept = (x.length - 1) / stride + 1;
    boolean lastMissing = (kept - 1) * stride != x.length - 1;
    int[] index = new int[kept + (lastMissing ? 1 : 0)];
    for (int i = 0; i < kept; i++) {
      index[i] = i * stride;
    }
    index[index.length - 1] = x.length - 1;
    return new Samples(pick(x, index), pick(y, index), pick(height, index), pick(value, index));
  }

  private static double[] pick(double[] values, int[] index) {
    double[] picked = new double[index.length];
    for (int i = 0; i < index.length; i++) {
      picked[i] = values[index[i]];
    }
    return picked;
  }
}
