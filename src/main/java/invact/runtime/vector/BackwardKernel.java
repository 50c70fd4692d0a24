package invact.runtime.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * g(y, S) for one family of forms on one register, bit for bit as the scalar backend has it; {@link
 * BackwardLoop} takes it over buffers.
 */
interface BackwardKernel {
  /**
   * g(y, S).
   *
   * @param y outputs
   * @param left where S is 0
   * @return the derivatives
   */
  FloatVector derivative(FloatVector y, VectorMask<Float> left);
}
