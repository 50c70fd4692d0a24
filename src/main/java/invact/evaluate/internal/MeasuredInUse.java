package invact.evaluate.internal;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ErrorInUse;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import invact.sampling.internal.Densities;
import invact.sampling.internal.QuantizationCells;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;

/**
 * Gives coefficient sets the errors that they have in use, in each dtype for x ~ N(0, 1): what a
 * set must have before it is written. In bf16 and fp16 all inputs are counted, in fp32 the sample
 * of {@link QuantizationCells}.
 */
public final class MeasuredInUse {
  /** Sets of one activation are measured at the same inputs. */
  private record Place(Activation activation, Dtype dtype) {}

  private final Map<Place, Future<QuantizationCells>> inputs = new HashMap<>();

  private MeasuredInUse() {}

  /**
   * Begins to count the inputs of some activations, on other threads, since they do not depend on
   * the sets to be measured.
   *
   * @param activations the activations
   * @return what measures their sets
   */
  public static MeasuredInUse prepare(Collection<Activation> activations) {
    MeasuredInUse prepared = new MeasuredInUse();
    for (Activation activation : Set.copyOf(activations)) {
      for (Dtype dtype : PerDtype.DTYPES) {
        prepared.inputs.put(
            new Place(activation, dtype),
            ForkJoinPool.commonPool()
                .submit(() -> QuantizationCells.of(activation, dtype, Densities.USUAL)));
      }
    }
    return prepared;
  }

  /**
   * Measures one set.
   *
   * @param set the set
   * @return the set with its errors
   * @throws IllegalArgumentException if a coefficient is too large for fp32, or the derivative not
   *     finite at an end of a branch
   */
  public static CoefficientSet of(CoefficientSet set) {
    return prepare(List.of(set.activation())).measure(List.of(set)).getFirst();
  }

  /**
   * Measures sets, several at a time.
   *
   * @param sets sets of activations that were prepared
   * @return the sets with their errors, in the same order
   * @throws IllegalArgumentException if a coefficient is too large for fp32, or the derivative not
   *     finite at an end of a branch
   */
  public List<CoefficientSet> measure(List<CoefficientSet> sets) {
    return sets.parallelStream()
        .map(set -> set.withErrorInUse(PerDtype.of(dtype -> error(set, dtype))))
        .toList();
  }

  private ErrorInUse error(CoefficientSet set, Dtype dtype) {
    try {
      return error(
          IrreducibleErrorComparison.of(
              set, dtype, inputs.get(new Place(set.activation(), dtype)).get()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while inputs were counted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static ErrorInUse error(IrreducibleErrorComparison measured) {
    return new ErrorInUse(
        new ErrorSummary(measured.rms(), measured.bias(), measured.maxAbs(), measured.maxAbsAt()),
        measured.irreducibleRms(),
        measured.irreducibleMaxAbs());
  }
}
