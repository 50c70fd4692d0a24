package invact.runtime.vector;

import invact.activation.Branch;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.BufferCheck;
import invact.runtime.FloatDerivative;
import invact.runtime.InvertedActivation;
import invact.runtime.ScalarActivation;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Whole registers by a kernel, the elements after the last whole register by the scalar backend. So
 * is everything for which there is no kernel, and all buffers but native ones and arrays of the
 * format's own elements.
 */
final class VectorActivation implements InvertedActivation {
  private final ScalarActivation scalar;
  private final Forward forward;
  private final Map<FloatFormat, Backward> backward = new EnumMap<>(FloatFormat.class);

  VectorActivation(CoefficientSet set) {
    scalar = new ScalarActivation(set);
    forward = Forward.of(set.activation());
    for (FloatFormat format : List.of(FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16)) {
      FloatDerivative left = scalar.derivative(Branch.LEFT, format);
      FloatDerivative right = scalar.derivative(Branch.RIGHT, format);
      backward.put(format, Backward.of(format, left, right));
    }
  }

  @Override
  public void forward(
      FloatFormat format, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = BufferCheck.forward(format, x, y, indicator);
    long whole = elements - elements % Lanes.COUNT;
    if (forward == null || !forward.run(format, x, y, indicator, whole)) {
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
    Backward vectors = backward.get(format);
    long whole = elements - elements % Lanes.COUNT;
    if (vectors == null || !vectors.run(dy, y, indicator, dx, whole)) {
      whole = 0;
    }
    scalar.backward(format, dy, y, indicator, dx, whole, elements);
  }
}
