package invact.runtime.internal.vector;

import java.lang.foreign.MemorySegment;

/** A compiled loop over whole registers of elements. */
interface Loop {
  /**
   * Runs over some elements.
   *
   * @param s0 the buffer of the first {@link Stream}
   * @param s1 of the second, if there is one
   * @param s2 and so on
   * @param s3 and so on
   * @param s4 and so on
   * @param from the first element, a multiple of 8
   * @param count how many, a multiple of {@link Lanes#COUNT}
   */
  void run(
      MemorySegment s0,
      MemorySegment s1,
      MemorySegment s2,
      MemorySegment s3,
      MemorySegment s4,
      long from,
      int count);
}
