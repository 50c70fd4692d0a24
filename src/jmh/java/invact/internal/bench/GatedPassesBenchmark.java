package invact.internal.bench;

import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import invact.runtime.internal.ParallelGatedUnit;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The passes of SwiGLU and GeGLU, by their gates. */
public class GatedPassesBenchmark extends PassState {
  @Param({"silu", "gelu"})
  public String activation;

  @Param({"NATIVE", "HEAP"})
  public Storage storage;

  private GatedUnit unit;
  private MemorySegment p;
  private MemorySegment kept;

  @Override
  void prepare() {
    unit =
        ParallelGatedUnit.of(
            Backends.of("vector").gatedUnit(activation(activation)), executor, threads);
    x = storage.place(elementDtype, x);
    b = storage.place(elementDtype, b);
    dy = storage.place(elementDtype, dy);
    out = storage.place(elementDtype, out);
    secondOut = storage.place(elementDtype, secondOut);
    p = storage.place(elementDtype, tensors.zeros());
    kept = GatedUnit.keepsProduct(elementDtype) ? p : b;
    GatedUnit scalar = Backends.of("scalar").gatedUnit(activation(activation));
    forward();
    check.gatedForward("forward", scalar, x, b, p);
    backward();
    check.gatedBackward("backward", scalar, dy, x, kept, out, secondOut);
  }

  /** p = f(a)·b. */
  @Benchmark
  public void forward() {
    unit.forward(elementDtype, x, b, p);
  }

  /** da and db. */
  @Benchmark
  public void backward() {
    unit.backward(elementDtype, dy, x, kept, out, secondOut);
  }
}
