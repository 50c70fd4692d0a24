package invact.internal.bench;

import invact.numeric.Dtype;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one operation took.
 *
 * @param op {@code copy}, or what ran and its pass: {@code gelu-forward}, {@code gelu-backward},
 *     {@code swiglu-forward}
 * @param set the name of the coefficient set that took part in it, if one did
 * @param dtype the dtype of the tensors
 * @param backend what ran it: a backend's name, {@code cuda}, or {@code jdk} for a copy by the JDK
 * @param threads how many threads of the host worked
 * @param elements the length of a tensor
 * @param bytesPerElement what the operation has to read and write
 * @param nanosPerElement its time
 * @param shareOfCopy its bytes a second by those of the copy of a tensor in the same run
 * @param baselineNanosPerElement the median time of the baseline's operation of the same use, in
 *     the same run; empty if there is no baseline
 */
public record BenchmarkRow(
    String op,
    Optional<String> set,
    Dtype dtype,
    String backend,
    int threads,
    long elements,
    double bytesPerElement,
    Spread nanosPerElement,
    double shareOfCopy,
    OptionalDouble baselineNanosPerElement) {
  /** Bytes moved a second, in units of 10⁹. */
  public double gigabytesPerSecond() {
    return bytesPerElement / nanosPerElement.median();
  }

  /** How many times faster than the baseline's operation; empty if there is no baseline. */
  public OptionalDouble speedup() {
    return baselineNanosPerElement.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(baselineNanosPerElement.getAsDouble() / nanosPerElement.median());
  }
}
