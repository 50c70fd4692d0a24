package invact.fit.internal.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The findings that no other beats in one of error and cost without losing in the other. */
final class ParetoFront {
  private ParetoFront() {}

  /**
   * The front.
   *
   * @param findings all findings
   * @param error what is to be small; NaN and infinite errors are never on the front
   * @return those on the front, by ascending cost and descending error; of several of one cost and
   *     error the first
   */
  static List<Finding.Measured> of(
      List<Finding.Measured> findings, ToDoubleFunction<Finding.Measured> error) {
    List<Finding.Measured> sorted = new ArrayList<>(findings);
    // The sort is stable: the first of equals stays the first.
    sorted.sort(
        Comparator.<Finding.Measured>comparingInt(each -> each.candidate().cost().slots())
            .thenComparingDouble(error));
    List<Finding.Measured> front = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (Finding.Measured each : sorted) {
      if (error.applyAsDouble(each) < least) {
        front.add(each);
        least = error.applyAsDouble(each);
      }
    }
    return List.copyOf(front);
  }
}
