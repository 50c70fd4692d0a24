package invact.internal.bench;

import java.util.Arrays;

/**
 * Repeated measurements of one thing.
 *
 * @param median the middle one
 * @param low what a fifth of them stayed below
 * @param high what a fifth of them exceeded
 */
public record Spread(double median, double low, double high) {
  /** The spread of some measurements, at least one. */
  static Spread of(double... measurements) {
    double[] sorted = measurements.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    return new Spread(sorted[sorted.length / 2], sorted[last / 5], sorted[last - last / 5]);
  }

  /** The same in another unit. */
  Spread times(double factor) {
    return new Spread(median * factor, low * factor, high * factor);
  }
}
