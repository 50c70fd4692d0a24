package invact.internal.bench;

import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import invact.runtime.internal.ParallelActivation;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The passes of the default sets. */
public class PassesBenchmark extends PassState {
  @Param({"gelu", "silu"})
  public String activation;

  @Param({"NATIVE", "HEAP"})
  public Storage storage;

  private InvertedActivation passes;
  private MemorySegment y;
  private MemorySegment indicator;

  @Override
  void prepare() {
    CoefficientSet set =
        ShippedSets.madeFor(Activations.of(activation), Dtype.of(dtype)).getFirst();
    passes = ParallelActivation.of(Backends.of("vector").open(set), executor, threads);
    x = storage.place(elementDtype, x);
    dy = storage.place(elementDtype, dy);
    out = storage.place(elementDtype, out);
    y = storage.place(elementDtype, tensors.zeros());
    indicator = storage.indicator(tensors);
    InvertedActivation scalar = Backends.of("scalar").open(set);
    forward();
    check.forward("forward", scalar, x, y, indicator);
    backward();
    check.backward("backward", scalar, dy, y, indicator, out);
  }

  /** y = f(x) and the indicator. */
  @Benchmark
  public void forward() {
    passes.forward(elementDtype, x, y, indicator);
  }

  /** dx = dy·g(y, S). */
  @Benchmark
  public void backward() {
    passes.backward(elementDtype, dy, y, indicator, out);
  }
}
