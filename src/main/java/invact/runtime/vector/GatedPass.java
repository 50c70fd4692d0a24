package invact.runtime.vector;

import java.lang.foreign.MemorySegment;

/**
 * {@link GatedLoops}, through whichever copy of that class. Each pass runs over {@code count}
 * elements of the buffers, a multiple of {@link Lanes#COUNT}, from one element on.
 */
interface GatedPass {
  /** p = f(a)·b. */
  void forward(MemorySegment a, MemorySegment b, MemorySegment p, long from, int count);

  /** da and db, from dp, a, and p or b, whichever is kept. */
  void backward(
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db,
      long from,
      int count);
}
