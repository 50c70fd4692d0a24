package invact.runtime.vector;

import invact.math.FloatFormat;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The loops around one kernel, for each format and kind of storage, made when they are first asked
 * for.
 *
 * @param <L> what the loops are used as
 */
final class Variants<L> {
  private static final int STORAGES = Storage.values().length;

  private final Fusion<L> fusion;
  private final Object kernel;
  private final AtomicReferenceArray<L> made =
      new AtomicReferenceArray<>(FloatFormat.values().length * STORAGES);

  Variants(Fusion<L> fusion, Object kernel) {
    this.fusion = fusion;
    this.kernel = kernel;
  }

  /** The loops for buffers of a format that lie in a kind of storage. */
  L of(FloatFormat format, Storage storage) {
    int index = format.ordinal() * STORAGES + storage.ordinal();
    L loops = made.get(index);
    if (loops == null) {
      loops = fusion.of(kernel, Encoding.of(format), storage.casts());
      if (!made.compareAndSet(index, null, loops)) {
        loops = made.get(index);
      }
    }
    return loops;
  }
}
