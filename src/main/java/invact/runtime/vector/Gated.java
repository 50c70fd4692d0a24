package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import invact.runtime.FloatGate;
import invact.runtime.FloatGeluGate;
import invact.runtime.FloatSiluGate;
import java.lang.foreign.MemorySegment;

/** Both passes of one gated unit over whole registers. */
final class Gated {
  private static final Fusion<GatedPass> FUSION =
      new Fusion<>(
          GatedPass.class,
          GatedLoops.class,
          GatedKernel.class,
          Encoding.class,
          Storage.Casts.class);

  private final Variants<GatedPass> variants;

  private Gated(GatedKernel kernel) {
    variants = new Variants<>(FUSION, kernel);
  }

  /**
   * The passes of a gate.
   *
   * @return null if there is no kernel for it
   */
  static Gated of(Activation activation) {
    return switch (FloatGate.of(activation)) {
      case FloatGeluGate _ -> new Gated(new GeluGate());
      case FloatSiluGate _ -> new Gated(new SiluGate());
      default -> null;
    };
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether the buffers lie in one {@link Storage}; nothing is done if they do not
   */
  boolean forward(
      FloatFormat format, MemorySegment a, MemorySegment b, MemorySegment p, long elements) {
    Storage storage = Storage.of(format, a);
    if (storage == null || Storage.of(format, b) != storage || Storage.of(format, p) != storage) {
      return false;
    }
    GatedPass passes = variants.of(format, storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      passes.forward(a, b, p, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether the buffers lie in one {@link Storage}; nothing is done if they do not
   */
  boolean backward(
      FloatFormat format,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db,
      long elements) {
    Storage storage = Storage.of(format, dp);
    if (storage == null
        || Storage.of(format, a) != storage
        || Storage.of(format, kept) != storage
        || Storage.of(format, da) != storage
        || Storage.of(format, db) != storage) {
      return false;
    }
    GatedPass passes = variants.of(format, storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      passes.backward(dp, a, kept, da, db, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }
}
