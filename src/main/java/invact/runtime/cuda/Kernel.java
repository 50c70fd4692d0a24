package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A kernel with the one structure that is its argument, filled once but for what changes from call
 * to call. Whoever changes it and launches holds the kernel's lock; a launch copies the structure.
 */
final class Kernel {
  private static final int BLOCK = 256;

  private final Module module;
  private final Context context;
  private final long function;
  private final MemorySegment arguments;
  private final MemorySegment pointers;

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

  MemorySegment arguments() {
    return arguments;
  }

  /** Queues the kernel with one thread for each of so many items. */
  void launch(Stream stream, long items) {
    if (module.isClosed()) {
      throw new IllegalStateException("the kernels are closed");
    }
    long blocks = (items + BLOCK - 1) / BLOCK;
    context.enter();
    try {
      Driver.launch(
          function,
          Math.toIntExact(blocks),
          1,
          1,
          BLOCK,
          1,
          1,
          0,
          stream.handle(),
          pointers,
          MemorySegment.NULL);
    } finally {
      context.leave();
    }
  }
}
