package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A kernel with the one structure that is its argument, filled once but for what changes from call
 * to call. Whoever changes it and launches holds the kernel's lock; a launch copies the structure.
 */
final class Kernel {
  private static final NativeFunction ATTRIBUTE =
      Driver.LIBRARY.function("cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final NativeFunction LAUNCH =
      Driver.LIBRARY.function(
          "cuLaunchKernel",
          JAVA_LONG,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_LONG,
          ADDRESS,
          ADDRESS);

  /** Threads of a block. */
  static final int BLOCK = 256;

  /** {@code CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES} of cuda.h. */
  private static final int DYNAMIC_SHARED_BYTES = 8;

  private final KernelModule module;
  private final DriverContext context;
  private final long function;
  private final MemorySegment arguments;
  private final MemorySegment pointers;
  private int blockThreads = BLOCK;
  private int sharedBytes;
  private long mostBlocks = Integer.MAX_VALUE;

  Kernel(KernelModule module, DriverContext context, long function, long argumentBytes) {
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
    context.run(
        () -> ATTRIBUTE.call(f -> (int) f.invokeExact(function, DYNAMIC_SHARED_BYTES, bytes)));
    return this;
  }

  MemorySegment arguments() {
    return arguments;
  }

  /**
   * Queues the kernel with one thread for each of so many items, or as many as run at once.
   *
   * @param stream the stream's handle
   * @param items how many
   */
  void launch(long stream, long items) {
    if (module.isClosed()) {
      throw new IllegalStateException("the kernels are closed");
    }
    int blocks = Math.toIntExact(Math.min((items + blockThreads - 1) / blockThreads, mostBlocks));
    context.run(() ->
        LAUNCH.call(f ->
            (int)
                f.invokeExact(
                    function,
                    blocks,
                    1,
                    1,
                    blockThreads,
                    1,
                    1,
                    sharedBytes,
                    stream,
                    pointers,
                    MemorySegment.NULL)));
  }
}
