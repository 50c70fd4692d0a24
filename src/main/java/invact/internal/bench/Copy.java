package invact.internal.bench;

import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;

/** The JDK's copy in place of a forward pass, so that it is split over threads as one is. */
final class Copy implements InvertedActivation {
  @Override
  public void forward(Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    y.copyFrom(x);
  }

  @Override
  public void backward(
      Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx) {
    throw new UnsupportedOperationException("a copy has no backward pass");
  }
}
