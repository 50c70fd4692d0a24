package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.activation.Activation;
import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;
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
 * f(a)·b overflows or underflows the format.
 *
 * <p>fp16 has no exponents for that: there the backward pass takes b in place of p, and f(a) is
 * itself. {@link #keepsProduct} says which.
 *
 * <p>f and f′ are in fp32 what {@link DeviceActivation} says of f. Each tensor has as many elements
 * as the first; outputs may be inputs, the same memory, but not each other. Tensors lie at even
 * addresses; at multiples of 16, all of them, they are passed at the speed of a copy. A call queues
 * its work and returns.
 */
public final class DeviceGatedUnit {
  /** The structures GatedForwardArguments and GatedBackwardArguments of gated.cu. */
  private static final long FORWARD_BYTES = 32;

  private static final long BACKWARD_BYTES = 48;

  private final Activation activation;
  private final Map<FloatFormat, Passes> passes = new EnumMap<>(FloatFormat.class);

  /** The kernels of one format. */
  private record Passes(
      Kernel wideForward, Kernel anyForward, Kernel wideBackward, Kernel anyBackward) {}

  DeviceGatedUnit(Activation activation, Module gated) {
    this.activation = activation;
    for (FloatFormat format :
        new FloatFormat[] {FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16}) {
      String name = activation.name() + "_" + format.label();
      passes.put(
          format,
          new Passes(
              gated.kernel("gated_forward_" + name + "_wide", FORWARD_BYTES),
              gated.kernel("gated_forward_" + name + "_any", FORWARD_BYTES),
              gated.kernel("gated_backward_" + name + "_wide", BACKWARD_BYTES),
              gated.kernel("gated_backward_" + name + "_any", BACKWARD_BYTES)));
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
   * @param format fp32, bf16 or fp16
   * @return true for p: in fp32 and bf16
   */
  public static boolean keepsProduct(FloatFormat format) {
    return format != FloatFormat.FP16;
  }

  /**
   * Queues the forward pass.
   *
   * @param stream where it queues
   * @param format fp32, bf16 or fp16
   * @param a the gate's inputs
   * @param b the other factors
   * @param p receives the products; may be {@code a} or {@code b}
   */
  public void forward(
      Stream stream, FloatFormat format, DeviceMemory a, DeviceMemory b, DeviceMemory p) {
    long elements = DeviceCheck.elements(format, "a", a);
    DeviceCheck.requireTensor("a", a, elements, format);
    DeviceCheck.requireTensor("b", b, elements, format);
    DeviceCheck.requireTensor("p", p, elements, format);
    DeviceCheck.requireSameOrApart("p", p, "a", a);
    DeviceCheck.requireSameOrApart("p", p, "b", b);
    if (elements == 0) {
      return;
    }
    boolean wide = wide(a) && wide(b) && wide(p);
    Kernel kernel = wide ? passes.get(format).wideForward : passes.get(format).anyForward;
    synchronized (kernel) {
      MemorySegment arguments = kernel.arguments();
      arguments.set(JAVA_LONG, 0, a.address());
      arguments.set(JAVA_LONG, 8, b.address());
      arguments.set(JAVA_LONG, 16, p.address());
      arguments.set(JAVA_LONG, 24, elements);
      kernel.launch(stream, groups(elements));
    }
  }

  /**
   * Queues the backward pass.
   *
   * @param stream where it queues
   * @param format fp32, bf16 or fp16
   * @param dp the derivatives of the loss by p
   * @param a the gate's inputs
   * @param kept the products p that {@link #forward} gave, or b in fp16
   * @param da receives the derivatives of the loss by a; may be an input
   * @param db receives the derivatives of the loss by b; may be an input
   */
  public void backward(
      Stream stream,
      FloatFormat format,
      DeviceMemory dp,
      DeviceMemory a,
      DeviceMemory kept,
      DeviceMemory da,
      DeviceMemory db) {
    long elements = DeviceCheck.elements(format, "dp", dp);
    DeviceCheck.requireTensor("dp", dp, elements, format);
    DeviceCheck.requireTensor("a", a, elements, format);
    DeviceCheck.requireTensor("kept", kept, elements, format);
    requireOutput("da", da, dp, a, kept, elements, format);
    requireOutput("db", db, dp, a, kept, elements, format);
    DeviceCheck.requireApart("da", da, "db", db);
    if (elements == 0) {
      return;
    }
    boolean wide = wide(dp) && wide(a) && wide(kept) && wide(da) && wide(db);
    Kernel kernel = wide ? passes.get(format).wideBackward : passes.get(format).anyBackward;
    synchronized (kernel) {
      MemorySegment arguments = kernel.arguments();
      arguments.set(JAVA_LONG, 0, dp.address());
      arguments.set(JAVA_LONG, 8, a.address());
      arguments.set(JAVA_LONG, 16, kept.address());
      arguments.set(JAVA_LONG, 24, da.address());
      arguments.set(JAVA_LONG, 32, db.address());
      arguments.set(JAVA_LONG, 40, elements);
      kernel.launch(stream, groups(elements));
    }
  }

  private static void requireOutput(
      String name,
      DeviceMemory output,
      DeviceMemory dp,
      DeviceMemory a,
      DeviceMemory kept,
      long elements,
      FloatFormat format) {
    DeviceCheck.requireTensor(name, output, elements, format);
    DeviceCheck.requireSameOrApart(name, output, "dp", dp);
    DeviceCheck.requireSameOrApart(name, output, "a", a);
    DeviceCheck.requireSameOrApart(name, output, "kept", kept);
  }

  private static boolean wide(DeviceMemory memory) {
    return memory.isAligned(DeviceCheck.WIDE);
  }

  private static long groups(long elements) {
    return (elements + Byte.SIZE - 1) / Byte.SIZE;
  }
}
