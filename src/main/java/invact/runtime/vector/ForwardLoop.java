package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** y = f(x) and S = [x ≥ T] in fp32. */
final class ForwardLoop implements ForwardPass {
  private final ForwardKernel kernel;
  private final Storage.Casts casts;

  ForwardLoop(ForwardKernel kernel, Storage.Casts casts) {
    this.kernel = kernel;
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
        FloatVector x = FloatVector.fromMemorySegment(Lanes.FLOATS, xs, at << 2, Lanes.ORDER);
        Indicator.store(x.compare(VectorOperators.GE, kernel.least()), indicator, at >> 3);
        kernel.value(x).intoMemorySegment(ys, at << 2, Lanes.ORDER);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }
}
