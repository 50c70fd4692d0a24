package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A kernel with the one structure that is its argument, filled once but for what changes from call
 * to call. Whoever changes it and launches holds the kernel's lock; a launch copies the structure.
 */
final class Kernel {
  /** Threads of a block. */
  static final int BLOCK = 256;

  /** {@code CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES} of cuda.h. */
  private static final int DYNAMIC_SHARED_BYTES = 8;

  private final Module module;
  private final Context context;
  private final long function;
  private final MemorySegment arguments;
  private final MemorySegment pointers;
  private int blockThreads = BLOCK;
  private int sharedBytes;
  private long mostBlocks = Integer.MAX_VALUE;

  Kernel(Module module, Context context, long function, long argumentBytes) {
    this.module = module;
    this.context = context;
    this.function = function;
    Arena arena = Arena.ofAuto();
    // A structure's size is a multiple of its alignment.
    arguments = arena.allocate((argumentBytes + 7) & -8, Long.BYTES);
    pointers = arena.allocate(ADDRESS);
    pointers.set(ADDRESS, 0, arguments);
  }

  /**
   * For a kernel whose threads go on to further items: no more blocks than run at once.
   *
   * @param threads of a block
   * @param bytes of shared memory for a block
   * @param blocks that run at once
   */
  Kernel persistent(int threads, int bytes, long blocks) {
    blockThreads = threads;
    sharedBytes = bytes;
    mostBlocks = blocks;
    context.run(() -> Driver.functionAttribute(function, DYNAMIC_SHARED_BYTES, bytes));
    return this;
  }

  MemorySegment arguments() {
    return arguments;
  }

  /** Queues the kernel with one thread for each of so many items, or as many as run at once. */
  void launch(Stream stream, long items) {
    if (module.isClosed()) {
      throw new IllegalStateException("the kernels are closed");
    }
    long blocks = Math.min((items + blockThreads - 1) / blockThreads, mostBlocks);
    context.enter();
    try {
      Driver.launch(
          function,
          Math.toIntExact(blocks),
          1,
          1,
          blockThreads,
          1,
          1,
          sharedBytes,
          stream.handle(),
          pointers,
          MemorySegment.NULL);
    } finally {
      context.leave();
    }
  }
}
