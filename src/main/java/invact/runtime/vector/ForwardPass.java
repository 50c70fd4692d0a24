package invact.runtime.vector;

import java.lang.foreign.MemorySegment;

/** {@link ForwardLoop}, through whichever copy of that class. */
interface ForwardPass {
  /**
   * Runs over part of the buffers.
   *
   * @param x the inputs
   * @param y receives the outputs
   * @param indicator receives the bits
   * @param from the first element, a multiple of 8
   * @param count a multiple of {@link Lanes#COUNT}
   */
  void run(MemorySegment x, MemorySegment y, MemorySegment indicator, long from, int count);
}
