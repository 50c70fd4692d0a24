package invact.fit.internal.selection;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.fit.FitException;
import invact.fit.internal.OrderedTasks;
import invact.numeric.Dtype;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The sets to use unless there is a reason for others: {@code NAME-fp32}, {@code NAME-bf16} and
 * {@code NAME-fp16} of an activation.
 *
 * <ul>
 *   <li>fp32: rationals, minimax on the exact function; largest error of f′ 2·10⁻⁶ on the whole
 *       real line in fp32 arithmetic.
 *   <li>bf16 and fp16: polynomials fitted to the conditional mean; RMS error for x ~ N(0, 1) at
 *       most 1.05 of the irreducible one, and for N(0, 1), N(0, ¼) and N(0, 4) at most 1.02 of that
 *       of the best polynomials up to degree 16. Rounding y costs a thousand times 2·10⁻⁶ here.
 *   <li>{@code gelu-segmented} and {@code silu-segmented}: polynomials on segments for fp32,
 *       largest error 10⁻⁵, for processors on which a division is dear.
 * </ul>
 *
 * <p>All are functions of √u, u = y − f(T), without exponential or power, at most 60 issue slots
 * for a backward pass. Degrees, centres and cut-offs are searched: the cheapest that keep these
 * promises.
 */
public final class DefaultSets {
  /** The dtypes, in the order in which sets are listed. */
  private static final List<Dtype> DTYPES = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  /** One set to be fitted; for no dtype, the segmented one. */
  private record Task(Activation activation, Optional<Dtype> dtype) {
    CoefficientSet fit() {
      return dtype.map(this::fit).orElseGet(this::fitSegmented);
    }

    private CoefficientSet fitSegmented() {
      return new SegmentedSearch(activation).fit(activation.name() + "-segmented");
    }

    private CoefficientSet fit(Dtype dtype) {
      String name = activation.name() + "-" + dtype.label();
      return dtype.isHalf()
          ? new PolynomialSearch(activation, dtype).fit(name)
          : new CoefficientSet(
              name,
              activation,
              Optional.of(dtype),
              new RationalSearch(activation, Branch.LEFT).fit(),
              new RationalSearch(activation, Branch.RIGHT).fit());
    }
  }

  private DefaultSets() {}

  /**
   * Fits the default sets of some activations, several at a time.
   *
   * @param activations the activations
   * @param found told each set as soon as it and all before it are fitted
   * @return the sets, by activation and dtype
   * @throws FitException if what the sets promise cannot be kept for an activation
   */
  public static List<CoefficientSet> fit(
      List<Activation> activations, Consumer<CoefficientSet> found) {
    List<Task> tasks = activations.stream().flatMap(DefaultSets::tasks).toList();
    return OrderedTasks.run(tasks, Task::fit, found);
  }

  /**
   * The number of default sets.
   *
   * @param activations the activations
   * @return how many sets {@link #fit} finds
   */
  public static int count(List<Activation> activations) {
    return (int) activations.stream().flatMap(DefaultSets::tasks).count();
  }

  private static Stream<Task> tasks(Activation activation) {
    Stream<Task> usual = DTYPES.stream().map(dtype -> new Task(activation, Optional.of(dtype)));
    return Activations.paper().contains(activation)
        ? Stream.concat(usual, Stream.of(new Task(activation, Optional.empty())))
        : usual;
  }
}
