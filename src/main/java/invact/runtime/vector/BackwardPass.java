package invact.runtime.vector;

import java.lang.foreign.MemorySegment;

/** The loops of {@link BackwardLoops}, through whichever copy of that class. */
interface BackwardPass {
  void fp32(
      float[] dys,
      int dysAt,
      float[] ys,
      int ysAt,
      byte[] indicator,
      int indicatorAt,
      float[] dxs,
      int dxsAt,
      int count);

  void bf16(
      short[] dys,
      int dysAt,
      short[] ys,
      int ysAt,
      byte[] indicator,
      int indicatorAt,
      short[] dxs,
      int dxsAt,
      int count);

  void fp16(
      short[] dys,
      int dysAt,
      short[] ys,
      int ysAt,
      byte[] indicator,
      int indicatorAt,
      short[] dxs,
      int dxsAt,
      int count);

  void fp32(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      int count);

  void bf16(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      int count);

  void fp16(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long from,
      int count);
}
