package invact.runtime.vector;

import invact.activation.Activation;
import invact.runtime.FloatActivation;
import invact.runtime.FloatGelu;
import invact.runtime.FloatSilu;
import jdk.incubator.vector.FloatVector;

/**
 * f(x) for one activation on one register, bit for bit as the scalar backend has it; {@link
 * ForwardLoop} takes it over buffers.
 */
interface ForwardKernel {
  /**
   * f(x).
   *
   * @param x inputs
   * @return the outputs
   */
  FloatVector value(FloatVector x);

  /** The least fp32 number that is not below T. */
  float least();

  /**
   * The kernel for an activation.
   *
   * @return null if there is none
   */
  static ForwardKernel of(Activation activation) {
    float nearest = (float) activation.argmin();
    float least = nearest < activation.argmin() ? Math.nextUp(nearest) : nearest;
    return switch (FloatActivation.of(activation)) {
      case FloatGelu _ -> new GeluForward(least);
      case FloatSilu _ -> new SiluForward(least);
      default -> null;
    };
  }
}
