package invact.runtime.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Loops for each kind of storage, made when they are first asked for, and what they work with
 * before the first of them.
 *
 * @param <L> what the loops are used as
 */
final class Variants<L> {
  private final Fusion<L> fusion;
  private final Supplier<List<Object>> supplier;
  private final AtomicReferenceArray<L> made = new AtomicReferenceArray<>(Storage.values().length);
  private List<Object> parts;

  /**
   * Loops to be made.
   *
   * @param fusion makes them
   * @param parts gives all parts but the last, the storage's casts; called once
   */
  Variants(Fusion<L> fusion, Supplier<List<Object>> parts) {
    this.fusion = fusion;
    supplier = parts;
  }

  /** The loops for buffers in a kind of storage. */
  L in(Storage storage) {
    L loops = made.get(storage.ordinal());
    return loops != null ? loops : make(storage);
  }

  private synchronized L make(Storage storage) {
    L loops = made.get(storage.ordinal());
    if (loops == null) {
      if (parts == null) {
        parts = supplier.get();
      }
      List<Object> all = new ArrayList<>(parts);
      all.add(storage.casts());
      loops = fusion.of(all.toArray());
      made.set(storage.ordinal(), loops);
    }
    return loops;
  }
}
