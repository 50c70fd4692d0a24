package invact.runtime.vector;

import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.BufferCheck;
import invact.runtime.FloatDerivative;
import invact.runtime.InvertedActivation;
import invact.runtime.ScalarActivation;
import java.lang.foreign.MemorySegment;

/**
 * Whole registers by a kernel, the elements after the last whole register by the scalar backend. So
 * is everything for which there is no kernel.
 */
final class VectorActivation implements InvertedActivation {
  private final ScalarActivation scalar;
  private final ForwardKernel forward;
  private final BackwardKernel backward;

  VectorActivation(CoefficientSet set) {
    scalar = new ScalarActivation(set);
    forward = ForwardKernel.of(set.activation());
    FloatDerivative left = scalar.derivative(Branch.LEFT);
    FloatDerivative right = scalar.derivative(Branch.RIGHT);
    boolean derivatives = left.target() == Target.DERIVATIVE && right.target() == Target.DERIVATIVE;
    backward = derivatives ? kernel(left, right) : null;
  }

  private static BackwardKernel kernel(FloatDerivative left, FloatDerivative right) {
    BackwardKernel segmented = SegmentedBackward.of(left, right);
    return segmented == null ? RationalBackward.of(left, right) : segmented;
  }

  @Override
  public void forward(
      FloatFormat format, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = BufferCheck.forward(format, x, y, indicator);
    long whole = forward == null ? 0 : elements - elements % Lanes.COUNT;
    if (whole > 0) {
      forward.run(format, x, y, indicator, 0, whole);
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
    long whole = backward == null ? 0 : elements - elements % Lanes.COUNT;
    if (whole > 0) {
      backward.run(format, dy, y, indicator, dx, 0, whole);
    }
    scalar.backward(format, dy, y, indicator, dx, whole, elements);
  }
}
