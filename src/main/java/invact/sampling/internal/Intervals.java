package invact.sampling.internal;

import invact.activation.Activation;

/**
 * Intervals of equal width that begin at T and go outwards, so that none has inputs of both
 * branches: where errors are gathered along x.
 *
 * @param argmin T
 * @param width the width of an interval
 * @param below the number of intervals on the left of T
 * @param above the number of intervals on the right of T
 */
public record Intervals(double argmin, double width, int below, int above) {
  /** Inputs tried in each interval where not all of them are. */
  private static final int SAMPLES = 64;

  /**
   * Intervals around the argmin of an activation.
   *
   * @param activation the activation
   * @param width the width of each
   * @param reach how far from T they go at least, to either side
   * @return the intervals
   */
  public static Intervals around(Activation activation, double width, double reach) {
    int count = (int) StrictMath.ceil(reach / width);
    return new Intervals(activation.argmin(), width, count, count);
  }

  /**
   * The number of intervals.
   *
   * @return the count
   */
  public int count() {
    return below + above;
  }

  /**
   * The interval of an input.
   *
   * @param input x
   * @return its index; outside of 0 to count − 1 if x is in none
   */
  public int index(double input) {
    return (int) StrictMath.floor((input - argmin) / width) + below;
  }

  /**
   * The lower end of an interval.
   *
   * @param index which one
   * @return its least x
   */
  public double from(int index) {
    return argmin + width * (index - below);
  }

  /**
   * Inputs in fp32: the middles of {@value #SAMPLES} equal parts of each interval.
   *
   * @return the inputs, ascending
   */
  public float[] inputs() {
    float[] x = new float[count() * SAMPLES];
    for (int i = 0; i < x.length; i++) {
      double fraction = (i % SAMPLES + 0.5) / SAMPLES;
      x[i] = (float) (from(i / SAMPLES) + width * fraction);
    }
    return x;
  }
}
