package invact.runtime;

import invact.activation.Activation;
import invact.numeric.Dtype;
import invact.runtime.internal.BufferCheck;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A gated unit p = f(a)·b (SwiGLU with SiLU, GeGLU with GELU for f) that keeps the gate's input a
 * and the product p: what comes after it holds p anyway. The backward pass recovers b = p/f(a).
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
 * <p><b>Buffers.</b> As {@link InvertedActivation} has them: fp32, bf16 or fp16 in the machine's
 * byte order, on the heap or native, of any alignment, of any length and all of the same. An output
 * may be any input, the same start and the same size, so that p may be a or b, and da and db may be
 * dp, a or p; outputs may not overlap each other, nor an input in any other way. What allocates and
 * what is fast is the same too.
 *
 * <p><b>Errors.</b> As {@link InvertedActivation} has them.
 *
 * <p><b>Arithmetic.</b> In fp32, rounded to the dtype once, at the end: f and f′ as {@link
 * invact.internal.arithmetic.Gate} gives them, then one product forward; backward the quotient,
 * (dp·b)·f′ and dp·f.
 *
 * <p><b>Error.</b> Against double precision, for independent a, b and dp of N(0, 1), relative RMS
 * of da and db: in bf16 2.34·10⁻³ and 1.66·10⁻³ (the rounding of p and da, and that of db alone),
 * in fp16 both 2.1·10⁻⁴, in fp32 7·10⁻⁸ and 5·10⁻⁸.
 *
 * <p><b>Special values.</b> NaN in gives NaN out: a in p, da and db, b in p, dp in da and db, p in
 * da. Where f(a) is 0 or next to it, at a = ±0 and a = −∞ too, it counts as ±2⁻¹⁰⁰: p = ±2⁻¹⁰⁰·b,
 * and b comes back. a = +∞ gives p = ±∞, from which b does not come back: da is NaN. Infinite b, dp
 * and p go by IEEE 754, ∞·0 being NaN. Finite inputs give a finite p, da and db, unless one of the
 * products or the quotient itself overflows.
 *
 * <p>Instances are immutable, and threads may share them.
 */
public interface GatedUnit {
  /**
   * The activation f of the gate.
   *
   * @return f
   */
  Activation activation();

  /**
   * Whether the backward pass takes the product p, or b.
   *
   * @param dtype fp32, bf16 or fp16
   * @return true for p: in fp32 and bf16
   */
  static boolean keepsProduct(Dtype dtype) {
    return dtype != Dtype.FP16;
  }

  /**
   * The forward pass: p = f(a)·b.
   *
   * @param dtype fp32, bf16 or fp16
   * @param a the gate's inputs
   * @param b the other factors
   * @param p receives the products; may be {@code a} or {@code b}
   */
  void forward(Dtype dtype, MemorySegment a, MemorySegment b, MemorySegment p);

  /**
   * The backward pass: da = dp·b·f′(a) and db = dp·f(a).
   *
   * @param dtype fp32, bf16 or fp16
   * @param dp the derivatives of the loss by p
   * @param a the gate's inputs
   * @param kept the products p that {@link #forward} gave, or b in fp16
   * @param da receives the derivatives of the loss by a; may be an input
   * @param db receives the derivatives of the loss by b; may be an input
   */
  void backward(
      Dtype dtype,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db);

  /**
   * The forward pass in fp32 on arrays.
   *
   * @param a the gate's inputs
   * @param b the other factors
   * @param p receives the products; may be {@code a} or {@code b}
   */
  default void forward(float[] a, float[] b, float[] p) {
    forward(Dtype.FP32, segment("a", a), segment("b", b), segment("p", p));
  }

  /**
   * The backward pass in fp32 on arrays.
   *
   * @param dp the derivatives of the loss by p
   * @param a the gate's inputs
   * @param kept the products p that {@link #forward} gave
   * @param da receives the derivatives of the loss by a; may be an input
   * @param db receives the derivatives of the loss by b; may be an input
   */
  default void backward(float[] dp, float[] a, float[] kept, float[] da, float[] db) {
    backward(
        Dtype.FP32,
        segment("dp", dp),
        segment("a", a),
        segment("kept", kept),
        segment("da", da),
        segment("db", db));
  }

  /**
   * The forward pass in a 16-bit dtype on arrays of bit patterns.
   *
   * @param dtype bf16 or fp16
   * @param a the gate's inputs
   * @param b the other factors
   * @param p receives the products; may be {@code a} or {@code b}
   */
  default void forward(Dtype dtype, short[] a, short[] b, short[] p) {
    BufferCheck.requireHalf(dtype);
    forward(dtype, segment("a", a), segment("b", b), segment("p", p));
  }

  /**
   * The backward pass in a 16-bit dtype on arrays of bit patterns.
   *
   * @param dtype bf16 or fp16
   * @param dp the derivatives of the loss by p
   * @param a the gate's inputs
   * @param kept the products p that {@link #forward} gave, or b in fp16
   * @param da receives the derivatives of the loss by a; may be an input
   * @param db receives the derivatives of the loss by b; may be an input
   */
  default void backward(Dtype dtype, short[] dp, short[] a, short[] kept, short[] da, short[] db) {
    BufferCheck.requireHalf(dtype);
    backward(
        dtype,
        segment("dp", dp),
        segment("a", a),
        segment("kept", kept),
        segment("da", da),
        segment("db", db));
  }

  /**
   * What the unit of an activation is called.
   *
   * @param activation f
   * @return {@code swiglu} for SiLU, {@code geglu} for GELU, else the activation's name and {@code
   *     -gate}
   */
  static String name(Activation activation) {
    return switch (activation.name()) {
      case "gelu" -> "geglu";
      case "silu" -> "swiglu";
      default -> activation.name() + "-gate";
    };
  }

  private static MemorySegment segment(String name, float[] array) {
    return MemorySegment.ofArray(Objects.requireNonNull(array, name));
  }

  private static MemorySegment segment(String name, short[] array) {
    return MemorySegment.ofArray(Objects.requireNonNull(array, name));
  }
}
