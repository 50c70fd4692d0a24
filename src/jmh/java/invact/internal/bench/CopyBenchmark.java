package invact.internal.bench;

import invact.runtime.InvertedActivation;
import invact.runtime.internal.ParallelActivation;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The JDK's copy of a tensor. */
public class CopyBenchmark extends PassState {
  @Param({"NATIVE", "HEAP"})
  public Storage storage;

  private InvertedActivation copy;
  private MemorySegment indicator;

  @Override
  void prepare() {
    copy = ParallelActivation.of(new Copy(), executor, threads);
    x = storage.place(elementDtype, x);
    out = storage.place(elementDtype, out);
    indicator = tensors.indicator();
    copy();
    if (x.mismatch(out) != -1) {
      throw new BenchmarkException("the copy is wrong");
    }
  }

  /** A tensor to another. */
  @Benchmark
  public void copy() {
    copy.forward(elementDtype, x, out, indicator);
  }
}
