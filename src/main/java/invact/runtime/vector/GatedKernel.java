package invact.runtime.vector;

import jdk.incubator.vector.FloatVector;

/**
 * f(a) and f′(a) of one gate on one register, bit for bit as the scalar backend has them; {@link
 * GatedLoops} takes them over buffers. What both compute, the compiler computes once.
 */
interface GatedKernel {
  /**
   * f(a).
   *
   * @param a inputs of the gate
   * @return the values
   */
  FloatVector value(FloatVector a);

  /**
   * f′(a).
   *
   * @param a inputs of the gate
   * @return the derivatives
   */
  FloatVector derivative(FloatVector a);
}
