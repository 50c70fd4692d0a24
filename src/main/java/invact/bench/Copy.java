package invact.bench;

import invact.math.FloatFormat;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;

/** The JDK's copy in place of a forward pass, so that it is split over threads as one is. */
final class Copy implements InvertedActivation {
  @Override
  public void forward(
      FloatFormat format, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    y.copyFrom(x);
  }

  @Override
  public void backward(
      FloatFormat format,
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx) {
    throw new UnsupportedOperationException("a copy has no backward pass");
  }
}
