package invact.bench;

import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import java.util.List;
import java.util.SequencedMap;

/**
 * What to time.
 *
 * @param sets the coefficient sets of each format, in the order in which they are timed
 * @param threads how many threads of the host work, at least 1
 * @param elements the length of a tensor, at least 1
 */
public record Workload(
    SequencedMap<FloatFormat, List<CoefficientSet>> sets, int threads, long elements) {
  /** Checks the numbers. */
  public Workload {
    if (threads < 1) {
      throw new BenchmarkException("threads must be at least 1: " + threads);
    }
    if (elements < 1) {
      throw new BenchmarkException("elements must be at least 1: " + elements);
    }
  }
}
