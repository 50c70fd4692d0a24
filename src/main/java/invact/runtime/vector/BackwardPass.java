package invact.runtime.vector;

import java.lang.foreign.MemorySegment;

/** {@link BackwardLoop}, through whichever copy of that class. */
interface BackwardPass {
  /**
   * Runs over part of the buffers.
   *
   * @param dy the derivatives by y
   * @param y the outputs
   * @param indicator the bits
   * @param dx receives the derivatives by x
   * @param from the first element, a multiple of 8
   * @param count a multiple of {@link Lanes#COUNT}
   */
  void run(
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx,
      long from,
      int count);
}
