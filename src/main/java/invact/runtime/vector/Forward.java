package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;

/** The forward pass of one activation over whole registers. */
final class Forward {
  private static final Fusion<ForwardPass> FUSION =
      new Fusion<>(
          ForwardPass.class,
          ForwardLoop.class,
          ForwardKernel.class,
          Encoding.class,
          Storage.Casts.class);

  private final Variants<ForwardPass> variants;

  private Forward(ForwardKernel kernel) {
    variants = new Variants<>(FUSION, kernel);
  }

  /**
   * The forward pass of an activation.
   *
   * @return null if there is no kernel for it
   */
  static Forward of(Activation activation) {
    ForwardKernel kernel = ForwardKernel.of(activation);
    return kernel == null ? null : new Forward(kernel);
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether the buffers lie in one {@link Storage}; nothing is done if they do not
   */
  boolean run(
      FloatFormat format,
      MemorySegment x,
      MemorySegment y,
      MemorySegment indicator,
      long elements) {
    Storage storage = Storage.of(format, x);
    if (storage == null || Storage.of(format, y) != storage || !storage.hasIndicator(indicator)) {
      return false;
    }
    ForwardPass pass = variants.of(format, storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      pass.run(x, y, indicator, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }
}
