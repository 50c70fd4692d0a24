package invact.numeric.internal;

/**
 * A running sum with a correction term: the error does not grow with the number of terms.
 *
 * <p>A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54
 * (1974) 39–51, the improved Kahan–Babuška algorithm. Terms are taken in the order given, so that
 * the result is the same on every machine; relative error below 2⁻⁵² for terms of one sign.
 */
public final class CompensatedSum {
  private double sum;
  private double correction;

  /** An empty sum, 0. */
  public CompensatedSum() {}

  /**
   * Adds one term.
   *
   * @param term the term; an infinity or NaN makes the sum NaN or infinite for good
   */
  public void add(double term) {
    double next = sum + term;
    correction +=
        StrictMath.abs(sum) >= StrictMath.abs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }

  /**
   * The sum of the terms so far.
   *
   * @return the sum
   */
  public double value() {
    return sum + correction;
  }
}
