package invact.runtime;

import invact.numeric.Dtype;
import invact.runtime.internal.BufferCheck;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * An activation whose backward pass needs its output and one bit an element, not its input:
 *
 * <pre>
 * forward : x  →  y = f(x),  S = [x ≥ T]
 * backward: dy, y, S  →  dx = dy·g(y, S),  g(y, S) ≈ f′(f⁻¹(y))
 * </pre>
 *
 * <p><b>Buffers.</b> Elements are fp32, bf16 or fp16 in the machine's byte order. A segment may be
 * on the heap or native and of any alignment; the number n of elements follows from the segments'
 * sizes, which must agree exactly, and may exceed 2³¹. The indicator takes ⌈n/8⌉ bytes: element i
 * is bit i mod 8, least significant first, of byte ⌊i/8⌋; the bits past n are 0. y may be x and dx
 * may be dy: the same start, the same size. An output may not overlap another argument in any other
 * way; inputs may. A call on native segments allocates nothing. At most some hundred bytes are
 * allocated, where the JIT compiler does not remove it, to see whether segments of arrays overlap,
 * and for the indices of the vector backend's look-ups in the 16-bit dtypes. The conveniences on
 * arrays wrap them in segments, which takes 200 to 300 bytes.
 *
 * <p><b>Speed.</b> The vector backend takes buffers that are all native, or all parts of arrays of
 * the dtype's own elements (float[], short[]) with the indicator in a byte[]; all others it leaves
 * to the scalar arithmetic. In the 16-bit dtypes it looks its answers up: the first pass of a dtype
 * makes a table of 256 KiB (forward) or 512 KiB (backward), in 5 to 15 ms, which stays with the
 * instance.
 *
 * <p><b>Errors.</b> A call whose arguments are wrong throws before it writes anything, and the
 * message begins with the name of the argument: {@link NullPointerException} if it is missing;
 * {@link IllegalStateException} if its arena is closed; {@link WrongThreadException} if it is
 * another thread's; {@link IllegalArgumentException} if its size is wrong, if it is an output and
 * is read-only or overlaps, or if the dtype is fp64.
 *
 * <p><b>Arithmetic.</b> In fp32, rounded to the dtype once, at the end.
 *
 * <ul>
 *   <li>y is f(x) in the fp32 arithmetic of {@link invact.internal.arithmetic.Forward}, off by at
 *       most 1.77 ulp for GELU and 1.25 ulp for SiLU over all fp32 inputs, the underflowing tail
 *       included, and monotone wherever f is; within 2⁻⁹ of T it is f(x) correctly rounded but for
 *       12 and 3 inputs. In a 16-bit dtype it is rounded once more. Over the 65,536 inputs of one,
 *       that is not f(x) rounded once for bf16 GELU and SiLU 128 times each, with a subnormal y
 *       half-way between two numbers but for x², for fp16 GELU three times and for fp16 SiLU once.
 *   <li>S compares x with T exactly.
 *   <li>The height of y above the minimum is u = max((y − m) − offset, least), with the constants
 *       of {@link invact.activation.internal.RoundedHeight} for the dtype: next to T it takes y for
 *       the middle of the roots that round to it. y below f(T), where rounding may take it, counts
 *       as the least. {@link invact.form.internal.FloatApproximant} gives the order of the
 *       operations form by form, in coefficients rounded to fp32. For the target σ, g = q + max(y,
 *       m)·(1 − q) in one fused multiply-add.
 *   <li>dx is the product dy·g.
 * </ul>
 *
 * <p><b>Error.</b> Against the same g in double precision, at the same height, g in fp32 is off by
 * at most 3.1e-7 (published GELU) and 3.5e-7 (published SiLU); RMS over x ~ N(0, 9) 4.0e-8 and
 * 5.3e-8. Measured over 10⁶ random inputs, half of them near T. Against f′ it is off by what the
 * rounding of y leaves, next to T up to 3.9e-5 (GELU) and 4.5e-5 (SiLU) in fp32 for any decoder,
 * and by the approximant's own error: 4.1e-5 and 4.6e-5 in all for the sets for fp32, over all
 * inputs with |x − T| &lt; 2⁻⁸.
 *
 * <p><b>Special values.</b> NaN in gives NaN out, y and dx both (which NaN is not said); its bit is
 * 0. x = +∞ gives y = +∞ and g = 1. x = −∞ gives y = −0 and g = 0, as does every x &lt; T whose y
 * rounds to 0: on the left y ≥ 0 has g = 0 exactly. f(±0) = ±0. Finite x, y and dy give finite y
 * and dx, unless dy·g itself overflows.
 *
 * <p>Instances are immutable, and threads may share them.
 */
public interface InvertedActivation {
  /**
   * The size of an indicator.
   *
   * @param elements the number n of elements, n ≥ 0
   * @return ⌈n/8⌉
   */
  static long indicatorBytes(long elements) {
    return (elements >>> 3) + ((elements & 7) == 0 ? 0 : 1);
  }

  /**
   * The forward pass: y = f(x) and S = [x ≥ T].
   *
   * @param dtype fp32, bf16 or fp16
   * @param x the inputs
   * @param y receives the outputs; may be {@code x}
   * @param indicator receives the bits S
   */
  void forward(Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator);

  /**
   * The backward pass: dx = dy·g(y, S).
   *
   * @param dtype fp32, bf16 or fp16
   * @param dy the derivatives of the loss by y
   * @param y the outputs that {@link #forward} gave
   * @param indicator the bits that it gave
   * @param dx receives the derivatives of the loss by x; may be {@code dy}
   */
  void backward(
      Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx);

  /**
   * The forward pass in fp32 on arrays.
   *
   * @param x the inputs
   * @param y receives the outputs; may be {@code x}
   * @param indicator receives the bits S
   */
  default void forward(float[] x, float[] y, byte[] indicator) {
    forward(
        Dtype.FP32,
        MemorySegment.ofArray(Objects.requireNonNull(x, "x")),
        MemorySegment.ofArray(Objects.requireNonNull(y, "y")),
        MemorySegment.ofArray(Objects.requireNonNull(indicator, "indicator")));
  }

  /**
   * The backward pass in fp32 on arrays.
   *
   * @param dy the derivatives of the loss by y
   * @param y the outputs that {@link #forward} gave
   * @param indicator the bits that it gave
   * @param dx receives the derivatives of the loss by x; may be {@code dy}
   */
  default void backward(float[] dy, float[] y, byte[] indicator, float[] dx) {
    backward(
        Dtype.FP32,
        MemorySegment.ofArray(Objects.requireNonNull(dy, "dy")),
        MemorySegment.ofArray(Objects.requireNonNull(y, "y")),
        MemorySegment.ofArray(Objects.requireNonNull(indicator, "indicator")),
        MemorySegment.ofArray(Objects.requireNonNull(dx, "dx")));
  }

  /**
   * The forward pass in a 16-bit dtype on arrays of bit patterns.
   *
   * @param dtype bf16 or fp16
   * @param x the inputs
   * @param y receives the outputs; may be {@code x}
   * @param indicator receives the bits S
   */
  default void forward(Dtype dtype, short[] x, short[] y, byte[] indicator) {
    BufferCheck.requireHalf(dtype);
    forward(
        dtype,
        MemorySegment.ofArray(Objects.requireNonNull(x, "x")),
        MemorySegment.ofArray(Objects.requireNonNull(y, "y")),
        MemorySegment.ofArray(Objects.requireNonNull(indicator, "indicator")));
  }

  /**
   * The backward pass in a 16-bit dtype on arrays of bit patterns.
   *
   * @param dtype bf16 or fp16
   * @param dy the derivatives of the loss by y
   * @param y the outputs that {@link #forward} gave
   * @param indicator the bits that it gave
   * @param dx receives the derivatives of the loss by x; may be {@code dy}
   */
  default void backward(Dtype dtype, short[] dy, short[] y, byte[] indicator, short[] dx) {
    BufferCheck.requireHalf(dtype);
    backward(
        dtype,
        MemorySegment.ofArray(Objects.requireNonNull(dy, "dy")),
        MemorySegment.ofArray(Objects.requireNonNull(y, "y")),
        MemorySegment.ofArray(Objects.requireNonNull(indicator, "indicator")),
        MemorySegment.ofArray(Objects.requireNonNull(dx, "dx")));
  }
}
