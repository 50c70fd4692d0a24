package invact.runtime.vector;

import invact.activation.Branch;
import invact.math.FloatFormat;
import invact.runtime.FloatDerivative;
import invact.runtime.ScalarActivation;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The backward pass of one activation over whole registers. */
final class Backward {
  private static final Fusion<BackwardPass> KERNEL =
      new Fusion<>(
          BackwardPass.class, BackwardLoop.class, BackwardKernel.class, Storage.Casts.class);

  private static final Fusion<BackwardPass> LOOKUP =
      new Fusion<>(
          BackwardPass.class,
          BackwardLookup.class,
          BackwardTable.class,
          Encoding.class,
          Storage.Casts.class);

  private final Map<FloatFormat, Variants<BackwardPass>> passes = new EnumMap<>(FloatFormat.class);

  /**
   * The backward pass of an activation.
   *
   * @param scalar has its branches, and the answers for the tables
   */
  Backward(ScalarActivation scalar) {
    BackwardKernel kernel =
        kernel(
            scalar.derivative(Branch.LEFT, FloatFormat.FP32),
            scalar.derivative(Branch.RIGHT, FloatFormat.FP32));
    if (kernel != null) {
      passes.put(FloatFormat.FP32, new Variants<>(KERNEL, () -> List.of(kernel)));
    }
    for (FloatFormat format : List.of(FloatFormat.BF16, FloatFormat.FP16)) {
      passes.put(
          format,
          new Variants<>(
              LOOKUP, () -> List.of(new BackwardTable(scalar, format), Encoding.of(format))));
    }
  }

  /** The kernel for two branches; null if there is none. */
  private static BackwardKernel kernel(FloatDerivative left, FloatDerivative right) {
    BackwardKernel kernel = SegmentedBackward.of(left, right);
    if (kernel == null) {
      kernel = PolynomialBackward.of(left, right);
    }
    if (kernel == null) {
      kernel = RationalBackward.of(left, right);
    }
    return kernel != null ? kernel : LongBackward.of(left, right);
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether it could: nothing is done if there is no kernel, or the buffers do not lie in
   *     one {@link Storage}
   */
  boolean run(
      FloatFormat format,
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx,
      long elements) {
    Storage storage = Storage.of(format, dy);
    Variants<BackwardPass> variants = passes.get(format);
    if (variants == null
        || storage == null
        || Storage.of(format, y) != storage
        || Storage.of(format, dx) != storage
        || !storage.hasIndicator(indicator)) {
      return false;
    }
    BackwardPass pass = variants.in(storage);
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      pass.run(dy, y, indicator, dx, from, (int) Math.min(Lanes.BLOCK, elements - from));
    }
    return true;
  }
}
