package invact.runtime.vector;

import jdk.incubator.vector.FloatVector;

/**
 * g(y, S) for one family of forms on one register, bit for bit as the scalar backend has it; {@link
 * BackwardLoop} takes it over buffers.
 */
interface BackwardKernel {
  /**
   * g(y, S).
   *
   * @param y outputs
   * @param bits S, lane by lane from the lowest bit
   * @return the derivatives
   */
  FloatVector derivative(FloatVector y, long bits);
}
