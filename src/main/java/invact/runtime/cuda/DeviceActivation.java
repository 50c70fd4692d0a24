package invact.runtime.cuda;

import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import invact.runtime.cuda.internal.ActivationKernels;
import invact.runtime.cuda.internal.DeviceCheck;

/**
 * An inverted activation on device memory: what {@link InvertedActivation} says of buffers, aliases
 * and special values holds here too.
 *
 * <p><b>Forward.</b> S is exact. In fp32 y of GELU and SiLU is the scalar implementation's, bit for
 * bit, at most 2 ulp from f(x); an |x| of more than 4.75 (GELU) or 8.5 (SiLU) takes an exponential,
 * for which the other threads of its warp wait. In bf16 and fp16 y before the one rounding is off
 * by at most 3·10⁻⁵ of itself, so that it is f(x) rounded or, where that was nearly a tie, its
 * neighbour. Other activations are computed in fp64, by CUDA's exp, and rounded once: y is the
 * scalar implementation's or, where that was nearly a tie, its neighbour.
 *
 * <p><b>Backward.</b> With forms of polynomials and rationals dx is the scalar implementation's,
 * bit for bit, but that rationals in fp16 take the root to 1 and the quotient to 3 ulp of fp32
 * before the one rounding. The forms with exp and pow use estimates or CUDA's own: g differs by at
 * most 2·10⁻⁷·(1 + |y|), as measured in fp32, and by nothing where a table of all outputs stands
 * for them, in bf16.
 *
 * <p><b>Addresses.</b> Tensors lie at even addresses. With all of them at multiples of 16, and
 * forms that are {@link #isFast}, a pass runs at about the speed of a copy; else each element is
 * moved by itself, which is slower.
 *
 * <p><b>Calls.</b> A call queues its work and returns; nothing is allocated. Threads may share an
 * instance.
 */
public final class DeviceActivation {
  private final CoefficientSet set;
  private final ActivationKernels kernels;

  DeviceActivation(CoefficientSet set, ActivationKernels kernels) {
    this.set = set;
    this.kernels = kernels;
  }

  /**
   * The coefficients.
   *
   * @return the set that this was made of
   */
  public CoefficientSet set() {
    return set;
  }

  /**
   * Whether the backward pass of this set is compiled, not interpreted. With forms as short as
   * those of the default sets it runs at about the speed of a copy then.
   *
   * @param dtype fp32, bf16 or fp16
   * @return true for two polynomials or rationals in the root of the default sets' degrees, up to
   *     eight segments of degree 5 and the paper's forms; in bf16 for every form that stands for
   *     f′; where NVRTC is installed for all
   */
  public boolean isFast(Dtype dtype) {
    return !kernels.backward(dtype, 0).isInterpreted();
  }

  /**
   * Queues the forward pass: y = f(x) and S = [x ≥ T].
   *
   * @param stream where it queues
   * @param dtype fp32, bf16 or fp16
   * @param x the inputs
   * @param y receives the outputs; may be {@code x}
   * @param indicator receives the bits S
   */
  public void forward(
      Stream stream, Dtype dtype, DeviceMemory x, DeviceMemory y, DeviceMemory indicator) {
    long elements = DeviceCheck.MEMORY.forward(dtype, x, y, indicator);
    if (elements > 0) {
      kernels.forward(dtype).launch(stream.handle(), elements, x, y, indicator);
    }
  }

  /**
   * Queues the backward pass: dx = dy·g(y, S).
   *
   * @param stream where it queues
   * @param dtype fp32, bf16 or fp16
   * @param dy the derivatives of the loss by y
   * @param y the outputs that {@link #forward} gave
   * @param indicator the bits that it gave
   * @param dx receives the derivatives of the loss by x; may be {@code dy}
   */
  public void backward(
      Stream stream,
      Dtype dtype,
      DeviceMemory dy,
      DeviceMemory y,
      DeviceMemory indicator,
      DeviceMemory dx) {
    long elements = DeviceCheck.MEMORY.backward(dtype, dy, y, indicator, dx);
    if (elements > 0) {
      kernels.backward(dtype, elements).launch(stream.handle(), elements, dy, y, indicator, dx);
    }
  }
}
