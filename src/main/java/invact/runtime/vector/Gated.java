package invact.runtime.vector;

import invact.math.FloatFormat;
import invact.runtime.FloatGate;
import invact.runtime.FloatGeluGate;
import invact.runtime.FloatSiluGate;
import invact.runtime.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Both passes of one gated unit over whole registers. */
final class Gated {
  private static final Fusion<GatedPass> KERNEL =
      new Fusion<>(GatedPass.class, GatedLoops.class, GatedKernel.class, Storage.Casts.class);

  private static final Fusion<GatedPass> LOOKUP =
      new Fusion<>(
          GatedPass.class,
          GatedLookup.class,
          GatedTable.class,
          Encoding.class,
          Storage.Casts.class);

  private final Map<FloatFormat, Variants<GatedPass>> passes = new EnumMap<>(FloatFormat.class);

  /**
   * The passes of a gated unit.
   *
   * @param scalar has the answers for the tables
   */
  Gated(ScalarGatedUnit scalar) {
    GatedKernel kernel =
        switch (FloatGate.of(scalar.activation())) {
          case FloatGeluGate _ -> new GeluGate();
          case FloatSiluGate _ -> new SiluGate();
          default -> null;
        };
    if (kernel != null) {
      passes.put(FloatFormat.FP32, new Variants<>(KERNEL, () -> List.of(kernel)));
    }
    for (FloatFormat format : List.of(FloatFormat.BF16, FloatFormat.FP16)) {
      passes.put(
          format,
          new Variants<>(
              LOOKUP, () -> List.of(new GatedTable(scalar, format), Encoding.of(format))));
    }
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether it could: nothing is done if there is no kernel, or the buffers do not lie in
   *     one {@link Storage}
   */
  boolean forward(
      FloatFormat format, MemorySegment a, MemorySegment b, MemorySegment p, long elements) {
    Storage storage = Storage.of(format, a);
    Variants<GatedPass> variants = passes.get(format);
    if (variants == null
        || storage == null
        || Storage.of(format, b) != storage
        || Storage.of(format, p) != storage) {
      return false;
    }
    GatedPass pass = variants.in(storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      pass.forward(a, b, p, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether it could: nothing is done if there is no kernel, or the buffers do not lie in
   *     one {@link Storage}
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
    Variants<GatedPass> variants = passes.get(format);
    if (variants == null
        || storage == null
        || Storage.of(format, a) != storage
        || Storage.of(format, kept) != storage
        || Storage.of(format, da) != storage
        || Storage.of(format, db) != storage) {
      return false;
    }
    GatedPass pass = variants.in(storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      pass.backward(dp, a, kept, da, db, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }
}
