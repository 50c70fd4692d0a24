package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** dx = dy·g(y, S) in fp32. */
final class BackwardLoop implements BackwardPass {
  private final BackwardKernel kernel;
  private final Storage.Casts casts;

  BackwardLoop(BackwardKernel kernel, Storage.Casts casts) {
    this.kernel = kernel;
    this.casts = casts;
  }

  @Override
  public void run(
      MemorySegment outputDerivatives,
      MemorySegment outputs,
      MemorySegment bits,
      MemorySegment inputDerivatives,
      long from,
      int count) {
    MemorySegment dys = casts.elements(outputDerivatives);
    MemorySegment ys = casts.elements(outputs);
    MemorySegment indicator = casts.indicator(bits);
    MemorySegment dxs = casts.elements(inputDerivatives);
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        FloatVector y = FloatVector.fromMemorySegment(Lanes.FLOATS, ys, at << 2, Lanes.ORDER);
        FloatVector dy = FloatVector.fromMemorySegment(Lanes.FLOATS, dys, at << 2, Lanes.ORDER);
        FloatVector g = kernel.derivative(y, Indicator.load(indicator, at >> 3));
        dy.mul(g).intoMemorySegment(dxs, at << 2, Lanes.ORDER);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }
}
