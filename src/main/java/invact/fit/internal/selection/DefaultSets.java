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
 * <p>For fp32 rationals, minimax on the exact function, within 2·10⁻⁶ of it on the whole real line
 * in fp32 arithmetic. For the 16-bit formats, where rounding y costs a thousand times that,
 * polynomials fitted to the conditional mean, within 1.05 of the least RMS error that any decoder
 * can have for x ~ N(0, 1), and within 1.02 of what polynomials of degree 16 reach for that, half
 * and twice that scale. All are functions of the root of the lift without exponential or power, at
 * most 60 instruction slots for a backward pass. Degrees, centres and cut-offs are searched: the
 * cheapest that keep these promises.
 *
 * <p>{@code gelu-segmented} and {@code silu-segmented} beside them are polynomials on segments for
 * fp32, within 10⁻⁵ of the exact function, for processors on which a division is dear.
 */
public final class DefaultSets {
  /** The formats, in the order in which sets are listed. */
  private static final List<Dtype> FORMATS = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  /** One set to be fitted; for no format, the segmented one. */
  private record Task(Activation activation, Optional<Dtype> format) {
    CoefficientSet fit() {
      return format.map(this::fit).orElseGet(this::fitSegmented);
    }

    private CoefficientSet fitSegmented() {
      return new SegmentedSearch(activation).fit(activation.name() + "-segmented");
    }

    private CoefficientSet fit(Dtype format) {
      String name = activation.name() + "-" + format.label();
      return format.isHalf()
          ? new PolynomialSearch(activation, format).fit(name)
          : new CoefficientSet(
              name,
              activation,
              Optional.of(format),
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
   * @return the sets, by activation and format
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
    Stream<Task> usual = FORMATS.stream().map(format -> new Task(activation, Optional.of(format)));
    return Activations.paper().contains(activation)
        ? Stream.concat(usual, Stream.of(new Task(activation, Optional.empty())))
        : usual;
  }
}
