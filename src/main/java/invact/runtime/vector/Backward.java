package invact.runtime.vector;

import invact.math.FloatFormat;
import invact.runtime.FloatDerivative;
import java.lang.foreign.MemorySegment;

/** The backward pass of one activation in one format, over whole registers. */
final class Backward {
  private static final Fusion<BackwardPass> FUSION =
      new Fusion<>(
          BackwardPass.class,
          BackwardLoop.class,
          BackwardKernel.class,
          Encoding.class,
          Storage.Casts.class);

  private final FloatFormat format;
  private final Variants<BackwardPass> variants;

  private Backward(FloatFormat format, BackwardKernel kernel) {
    this.format = format;
    variants = new Variants<>(FUSION, kernel);
  }

  /**
   * The backward pass of two branches.
   *
   * @return null if there is no kernel for them
   */
  static Backward of(FloatFormat format, FloatDerivative left, FloatDerivative right) {
    BackwardKernel kernel = SegmentedBackward.of(left, right);
    if (kernel == null) {
      kernel = PolynomialBackward.of(left, right);
    }
    if (kernel == null) {
      kernel = RationalBackward.of(left, right);
    }
    if (kernel == null) {
      kernel = LongBackward.of(left, right);
    }
    return kernel == null ? null : new Backward(format, kernel);
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether the buffers lie in one {@link Storage}; nothing is done if they do not
   */
  boolean run(
      MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx, long elements) {
    Storage storage = Storage.of(format, dy);
    if (storage == null
        || Storage.of(format, y) != storage
        || Storage.of(format, dx) != storage
        || !storage.hasIndicator(indicator)) {
      return false;
    }
    BackwardPass pass = variants.of(format, storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      pass.run(dy, y, indicator, dx, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }
}
