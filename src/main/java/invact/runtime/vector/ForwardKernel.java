package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import invact.runtime.FloatActivation;
import invact.runtime.FloatGelu;
import invact.runtime.FloatSilu;
import java.lang.foreign.MemorySegment;

/** y = f(x) and S = [x ≥ T] for one activation, bit for bit as the scalar backend has them. */
interface ForwardKernel {
  /**
   * Runs over whole registers.
   *
   * @param format fp32, bf16 or fp16
   * @param xs the inputs
   * @param ys receives the outputs
   * @param indicator receives the bits S
   * @param from the first element, a multiple of {@link Lanes#COUNT}
   * @param to one beyond the last, likewise
   */
  void run(
      FloatFormat format,
      MemorySegment xs,
      MemorySegment ys,
      MemorySegment indicator,
      long from,
      long to);

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
