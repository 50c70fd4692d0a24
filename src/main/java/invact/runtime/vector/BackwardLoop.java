package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** dx = dy·g(y, S) over whole registers. */
final class BackwardLoop implements BackwardPass {
  private final BackwardKernel kernel;
  private final Encoding encoding;
  private final Storage.Casts casts;

  BackwardLoop(BackwardKernel kernel, Encoding encoding, Storage.Casts casts) {
    this.kernel = kernel;
    this.encoding = encoding;
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
        FloatVector y = encoding.load(ys, at);
        FloatVector dy = encoding.load(dys, at);
        FloatVector g = kernel.derivative(y, Indicator.load(indicator, at >> 3));
        encoding.store(dy.mul(g), dxs, at);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }
}
