package invact.internal.bench;

import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import java.util.List;
import java.util.SequencedMap;

/**
 * What to time.
 *
 * @param sets the coefficient sets of each dtype, in the order in which they are timed
 * @param threads how many threads of the host work, at least 1
 * @param elements the length of a tensor, 1 to 2⁴⁰
 */
public record Workload(SequencedMap<Dtype, List<CoefficientSet>> sets, int threads, long elements) {
  private static final long MOST_ELEMENTS = 1L << 40;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is less than 1, or no machine has memory for it
   */
  public Workload {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1: " + threads);
    }
    if (elements < 1 || elements > MOST_ELEMENTS) {
      throw new IllegalArgumentException("elements must be from 1 to 2^40: " + elements);
    }
  }
}
