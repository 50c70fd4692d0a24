package invact.runtime.vector;

import java.lang.foreign.MemorySegment;

/** The loops of {@link ForwardLoops}, through whichever copy of that class. */
interface ForwardPass {
  void fp32(
      float[] xs, int xsAt, float[] ys, int ysAt, byte[] indicator, int indicatorAt, int count);

  void bf16(
      short[] xs, int xsAt, short[] ys, int ysAt, byte[] indicator, int indicatorAt, int count);

  void fp16(
      short[] xs, int xsAt, short[] ys, int ysAt, byte[] indicator, int indicatorAt, int count);

  void fp32(MemorySegment xs, MemorySegment ys, MemorySegment indicator, long from, int count);

  void bf16(MemorySegment xs, MemorySegment ys, MemorySegment indicator, long from, int count);

  void fp16(MemorySegment xs, MemorySegment ys, MemorySegment indicator, long from, int count);
}
