package invact.runtime.cuda;

import invact.activation.Activation;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.cuda.internal.DeviceCheck;
import invact.runtime.cuda.internal.ElementKernel;
import invact.runtime.cuda.internal.KernelLibrary;
import invact.runtime.cuda.internal.Pass;
import java.util.EnumMap;
import java.util.Map;

/**
 * A gated unit p = f(a)·b (SwiGLU, GeGLU) on device memory, which keeps a and the product p: what
 * comes after it holds p anyway. The backward pass recovers b = p/f(a).
 *
 * <pre>
 * forward : a, b      →  p = f(a)·b
 * backward: dp, a, p  →  da = dp·b·f′(a),  db = dp·f(a)
 * </pre>
 *
 * <p>A quotient of floating-point numbers has their relative precision, so that b comes back to the
 * rounding of p; no approximator is involved. In both passes |f(a)| counts as at least 2⁻¹⁰⁰, with
 * its sign, since a product by less could not be undone. What p itself cannot hold is lost: where
 * f(a)·b overflows or underflows the dtype.
 *
 * <p>fp16 has no exponents for that: there the backward pass takes b in place of p, and f(a) is
 * itself. {@link #keepsProduct} says which.
 *
 * <p>f and f′ are off by at most 2⁻²⁰ in fp32 and by 3·10⁻⁵ otherwise, relative, before the one
 * rounding: {@link invact.internal.arithmetic.Gate#fast}. They are estimated otherwise than on the
 * CPU, from whose results these differ in the last bits, in fp32 too. Each tensor has as many
 * elements as the first; outputs may be inputs, the same memory, but not each other. Tensors lie at
 * even addresses; at multiples of 16, all of them, they are passed at the speed of a copy. A call
 * queues its work and returns.
 */
public final class DeviceGatedUnit {
  private final Activation activation;
  private final Map<Dtype, Passes> passes = new EnumMap<>(Dtype.class);

  /** The kernels of one dtype. */
  private record Passes(ElementKernel forward, ElementKernel backward) {}

  DeviceGatedUnit(Activation activation, KernelLibrary kernels) {
    this.activation = activation;
    Pass forward = Pass.gatedForward(activation).orElseThrow();
    Pass backward = Pass.gatedBackward(activation).orElseThrow();
    for (Dtype dtype : Pass.DTYPES) {
      passes.put(
          dtype, new Passes(kernels.kernel(forward, dtype), kernels.kernel(backward, dtype)));
    }
  }

  /**
   * The activation f of the gate.
   *
   * @return f
   */
  public Activation activation() {
    return activation;
  }

  /**
   * Whether the backward pass takes the product p, or b.
   *
   * @param dtype fp32, bf16 or fp16
   * @return true for p: in fp32 and bf16
   */
  public static boolean keepsProduct(Dtype dtype) {
    return GatedUnit.keepsProduct(dtype);
  }

  /**
   * Queues the forward pass.
   *
   * @param stream where it queues
   * @param dtype fp32, bf16 or fp16
   * @param a the gate's inputs
   * @param b the other factors
   * @param p receives the products; may be {@code a} or {@code b}
   */
  public void forward(Stream stream, Dtype dtype, DeviceMemory a, DeviceMemory b, DeviceMemory p) {
    long elements = DeviceCheck.MEMORY.gatedForward(dtype, a, b, p);
    if (elements > 0) {
      passes.get(dtype).forward.launch(stream.handle(), elements, a, b, p);
    }
  }

  /**
   * Queues the backward pass.
   *
   * @param stream where it queues
   * @param dtype fp32, bf16 or fp16
   * @param dp the derivatives of the loss by p
   * @param a the gate's inputs
   * @param kept the products p that {@link #forward} gave, or b in fp16
   * @param da receives the derivatives of the loss by a; may be an input
   * @param db receives the derivatives of the loss by b; may be an input
   */
  public void backward(
      Stream stream,
      Dtype dtype,
      DeviceMemory dp,
      DeviceMemory a,
      DeviceMemory kept,
      DeviceMemory da,
      DeviceMemory db) {
    long elements = DeviceCheck.MEMORY.gatedBackward(dtype, dp, a, kept, da, db);
    if (elements > 0) {
      passes.get(dtype).backward.launch(stream.handle(), elements, dp, a, kept, da, db);
    }
  }
}
