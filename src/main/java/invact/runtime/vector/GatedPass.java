package invact.runtime.vector;

import java.lang.foreign.MemorySegment;

/**
 * The passes of a gated unit over whole registers. Buffers are arrays, each from an element on, or
 * native segments, all from one element on; {@code count} is a multiple of {@link Lanes#COUNT}.
 */
interface GatedPass {
  void fp32Forward(float[] as, int aAt, float[] bs, int bAt, float[] ps, int pAt, int count);

  void fp32Backward(float[] dps, int dpAt, float[] as, int aAt, float[] kepts, int keptAt, float[] das, int daAt, float[] dbs, int dbAt, int count);

  void bf16Forward(short[] as, int aAt, short[] bs, int bAt, short[] ps, int pAt, int count);

  void bf16Backward(short[] dps, int dpAt, short[] as, int aAt, short[] kepts, int keptAt, short[] das, int daAt, short[] dbs, int dbAt, int count);

  void fp16Forward(short[] as, int aAt, short[] bs, int bAt, short[] ps, int pAt, int count);

  void fp16Backward(short[] dps, int dpAt, short[] as, int aAt, short[] kepts, int keptAt, short[] das, int daAt, short[] dbs, int dbAt, int count);

  void fp32Forward(MemorySegment as, MemorySegment bs, MemorySegment ps, long from, int count);

  void fp32Backward(MemorySegment dps, MemorySegment as, MemorySegment kepts, MemorySegment das, MemorySegment dbs, long from, int count);

  void bf16Forward(MemorySegment as, MemorySegment bs, MemorySegment ps, long from, int count);

  void bf16Backward(MemorySegment dps, MemorySegment as, MemorySegment kepts, MemorySegment das, MemorySegment dbs, long from, int count);

  void fp16Forward(MemorySegment as, MemorySegment bs, MemorySegment ps, long from, int count);

  void fp16Backward(MemorySegment dps, MemorySegment as, MemorySegment kepts, MemorySegment das, MemorySegment dbs, long from, int count);
}
