package invact.runtime.vector;

import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;

/** dx = dy·g(y, S) for one family of forms, bit for bit as the scalar backend has it. */
interface BackwardKernel {
  /**
   * Runs over whole registers.
   *
   * @param format fp32, bf16 or fp16
   * @param dys the derivatives of the loss by y
   * @param ys the outputs
   * @param indicator the bits S
   * @param dxs receives the derivatives of the loss by x
   * @param from the first element, a multiple of {@link Lanes#COUNT}
   * @param to one beyond the last, likewise
   */
  void run(
      FloatFormat format,
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      long to);
}
