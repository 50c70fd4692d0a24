package invact.runtime.vector;

import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.BufferCheck;
import invact.runtime.InvertedActivation;
import invact.runtime.ScalarActivation;
import java.lang.foreign.MemorySegment;

/**
 * Whole registers at a time, the elements after the last whole register by the scalar backend. So
 * is fp32 for which there is no kernel, and all buffers that do not lie in one {@link Storage}.
 */
final class VectorActivation implements InvertedActivation {
  private final ScalarActivation scalar;
  private final Forward forward;
  private final Backward backward;

  VectorActivation(CoefficientSet set) {
    scalar = new ScalarActivation(set);
    forward = new Forward(set.activation(), scalar);
    backward = new Backward(scalar);
  }

  @Override
  public void forward(
      FloatFormat format, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = BufferCheck.forward(format, x, y, indicator);
    long whole = elements - elements % Lanes.COUNT;
    if (!forward.run(format, x, y, indicator, whole)) {
      whole = 0;
    }
    scalar.forward(format, x, y, indicator, whole, elements);
  }

  @Override
  public void backward(
      FloatFormat format,
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx) {
    long elements = BufferCheck.backward(format, dy, y, indicator, dx);
    long whole = elements - elements % Lanes.COUNT;
    if (!backward.run(format, dy, y, indicator, dx, whole)) {
      whole = 0;
    }
    scalar.backward(format, dy, y, indicator, dx, whole, elements);
  }
}
