package invact.internal.bench;

import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import java.util.List;
import java.util.SequencedMap;

/**
 * What to time.
 *
 * @param sets the coefficient sets of each dtype, in the order in which they are timed
 * @param threads how many threads of the host work, 1 to {@value #MOST_THREADS}
 * @param elements the length of a tensor, 1 to 2⁴⁰
 */
public record Workload(SequencedMap<Dtype, List<CoefficientSet>> sets, int threads, long elements) {
  /** More than any machine has processors; libtorch starts as many threads as it is told. */
  public static final int MOST_THREADS = 1024;

  private static final long MOST_ELEMENTS = 1L << 40;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public Workload {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads must be from 1 to " + MOST_THREADS + ": " + threads);
    }
    if (elements < 1 || elements > MOST_ELEMENTS) {
      throw new IllegalArgumentException("elements must be from 1 to 2^40: " + elements);
    }
  }
}
