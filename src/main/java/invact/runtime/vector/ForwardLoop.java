package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** y = f(x) and S = [x ≥ T] over whole registers. */
final class ForwardLoop implements ForwardPass {
  private final ForwardKernel kernel;
  private final Encoding encoding;
  private final Storage.Casts casts;

  ForwardLoop(ForwardKernel kernel, Encoding encoding, Storage.Casts casts) {
    this.kernel = kernel;
    this.encoding = encoding;
    this.casts = casts;
  }

  @Override
  public void run(
      MemorySegment inputs, MemorySegment outputs, MemorySegment bits, long from, int count) {
    MemorySegment xs = casts.elements(inputs);
    MemorySegment ys = casts.elements(outputs);
    MemorySegment indicator = casts.indicator(bits);
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        FloatVector x = encoding.load(xs, at);
        Indicator.store(x.compare(VectorOperators.GE, kernel.least()), indicator, at >> 3);
        encoding.store(kernel.value(x), ys, at);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }
}
