package invact.numeric.internal;

/**
 * What n errors eᵢ at points xᵢ amount to.
 *
 * @param count n
 * @param sumOfSquares Σ eᵢ²
 * @param rms √(Σ eᵢ²/n)
 * @param bias the mean error, Σ eᵢ/n
 * @param maxAbs max |eᵢ|
 * @param maxAbsAt the first xᵢ at which |eᵢ| is largest
 */
public record ErrorStats(
    long count, double sumOfSquares, double rms, double bias, double maxAbs, double maxAbsAt) {

  /**
   * The figures by which this error is quoted.
   *
   * @return the summary
   */
  public ErrorSummary summary() {
    return new ErrorSummary(rms, bias, maxAbs, maxAbsAt);
  }

  /** Collects errors one by one; the result depends on their order only in the last bits. */
  public static final class Accumulator {
    private final CompensatedSum squares = new CompensatedSum();
    private final CompensatedSum sum = new CompensatedSum();
    private long count;
    private double maxAbs = -1.0;
    private double maxAbsAt = Double.NaN;
    private boolean broken;

    /** Collects nothing yet. */
    public Accumulator() {}

    /**
     * Adds one error.
     *
     * @param x where
     * @param error approximate minus exact value; once one is NaN, so are all statistics
     */
    public void add(double x, double error) {
      count++;
      squares.add(error * error);
      sum.add(error);
      addExtreme(x, error);
    }

    /**
     * Takes one more error into account for the largest alone; for points that are many where
     * errors are large, and would outweigh all others in a mean.
     *
     * @param x where
     * @param error approximate minus exact value; once one is NaN, the largest is
     */
    public void addExtreme(double x, double error) {
      double magnitude = StrictMath.abs(error);
      if (Double.isNaN(error) && !broken) {
        broken = true;
        maxAbs = Double.NaN;
        maxAbsAt = x;
      } else if (magnitude > maxAbs) {
        maxAbs = magnitude;
        maxAbsAt = x;
      }
    }

    /**
     * The statistics of the errors so far.
     *
     * @return the statistics
     * @throws IllegalStateException if there is none
     */
    public ErrorStats stats() {
      if (count == 0) {
        throw new IllegalStateException("no error to take statistics of");
      }
      return new ErrorStats(
          count,
          squares.value(),
          StrictMath.sqrt(squares.value() / count),
          sum.value() / count,
          maxAbs,
          maxAbsAt);
    }
  }
}
