package invact.runtime.internal.vector;

/** Where a thread puts the indices of a gather, one register of them. */
final class GatherIndices {
  /** Padding against false sharing: the indices of two threads are at least 128 bytes apart. */
  static final int APART = 32;

  private static final ThreadLocal<int[]> OF_THREAD =
      ThreadLocal.withInitial(() -> new int[2 * APART + Lanes.COUNT]);

  private GatherIndices() {}

  /** The thread's array; the indices stand from {@link #APART} on. */
  static int[] ofThread() {
    return OF_THREAD.get();
  }
}
