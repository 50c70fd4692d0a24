package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import invact.runtime.ScalarActivation;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The forward pass of one activation over whole registers. */
final class Forward {
  private static final Fusion<ForwardPass> KERNEL =
      new Fusion<>(ForwardPass.class, ForwardLoop.class, ForwardKernel.class, Storage.Casts.class);

  private static final Fusion<ForwardPass> LOOKUP =
      new Fusion<>(ForwardPass.class, ForwardLookup.class, ForwardTable.class, Storage.Casts.class);

  private final Map<FloatFormat, Variants<ForwardPass>> passes = new EnumMap<>(FloatFormat.class);

  /**
   * The forward pass of an activation.
   *
   * @param scalar has the answers for the tables
   */
  Forward(Activation activation, ScalarActivation scalar) {
    ForwardKernel kernel = ForwardKernel.of(activation);
    if (kernel != null) {
      passes.put(FloatFormat.FP32, new Variants<>(KERNEL, () -> List.of(kernel)));
    }
    for (FloatFormat format : List.of(FloatFormat.BF16, FloatFormat.FP16)) {
      passes.put(format, new Variants<>(LOOKUP, () -> List.of(new ForwardTable(scalar, format))));
    }
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether it could: nothing is done if there is no kernel, or the buffers do not lie in
   *     one {@link Storage}
   */
  boolean run(
      FloatFormat format,
      MemorySegment x,
      MemorySegment y,
      MemorySegment indicator,
      long elements) {
    Storage storage = Storage.of(format, x);
    Variants<ForwardPass> variants = passes.get(format);
    if (variants == null
        || storage == null
        || Storage.of(format, y) != storage
        || !storage.hasIndicator(indicator)) {
      return false;
    }
    ForwardPass pass = variants.in(storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      pass.run(x, y, indicator, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }
}
