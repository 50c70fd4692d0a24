package invact.fit.internal.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** The Pareto front: what no other beats in one of error and cost without losing in the other. */
final class ParetoFront {
  private ParetoFront() {}

  /**
   * The front.
   *
   * @param all what there is to choose from
   * @param cost what is to be small, in issue slots
   * @param error what is to be small too; NaN and infinite errors are never on the front
   * @return those on the front, by ascending cost and descending error; of several of one cost and
   *     error the first
   */
  static <T> List<T> of(List<T> all, ToIntFunction<T> cost, ToDoubleFunction<T> error) {
    List<T> sorted = new ArrayList<>(all);
    // The sort is stable: the first of equals stays the first.
    sorted.sort(Comparator.comparingInt(cost).thenComparingDouble(error));
    List<T> front = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (T each : sorted) {
      if (error.applyAsDouble(each) < least) {
        front.add(each);
        least = error.applyAsDouble(each);
      }
    }
    return List.copyOf(front);
  }
}
