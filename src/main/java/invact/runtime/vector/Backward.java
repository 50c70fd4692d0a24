package invact.runtime.vector;

import invact.math.FloatFormat;
import invact.runtime.FloatDerivative;
import java.lang.foreign.MemorySegment;

/** The backward pass of one activation in one format, over whole registers of any buffers. */
final class Backward {
  private static final Fusion<BackwardPass> FUSION =
      new Fusion<>(BackwardPass.class, BackwardLoops.class, BackwardKernel.class);

  private final FloatFormat format;
  private final BackwardPass loops;

  private Backward(FloatFormat format, BackwardKernel kernel) {
    this.format = format;
    loops = FUSION.around(kernel);
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
   * @return whether there are loops for these buffers: native ones, and arrays of the format's own
   *     elements with an indicator in bytes; nothing is done if there are none
   */
  boolean run(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long elements) {
    if (dys.isNative() && ys.isNative() && indicator.isNative() && dxs.isNative()) {
      segments(dys, ys, indicator, dxs, elements);
      return true;
    }
    byte[] bits = Lanes.bytes(indicator);
    if (bits == null) {
      return false;
    }
    int bitsAt = (int) indicator.address();
    int dyAt = Lanes.start(format, dys);
    int yAt = Lanes.start(format, ys);
    int dxAt = Lanes.start(format, dxs);
    if (format == FloatFormat.FP32) {
      float[] dy = Lanes.floats(dys);
      float[] y = Lanes.floats(ys);
      float[] dx = Lanes.floats(dxs);
      boolean able = dy != null && y != null && dx != null;
      if (able) {
        run(dy, dyAt, y, yAt, bits, bitsAt, dx, dxAt, elements);
      }
      return able;
    }
    short[] dy = Lanes.shorts(dys);
    short[] y = Lanes.shorts(ys);
    short[] dx = Lanes.shorts(dxs);
    boolean able = dy != null && y != null && dx != null;
    if (able) {
      run(dy, dyAt, y, yAt, bits, bitsAt, dx, dxAt, elements);
    }
    return able;
  }

  /** Runs over parts of fp32 arrays, of a multiple of {@link Lanes#COUNT} elements. */
  void run(
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      byte[] indicator,
      int indicatorAt,
      float[] dx,
      int dxAt,
      long elements) {
    for (int from = 0; from < elements; from += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - from);
      loops.fp32(
          dy,
          dyAt + from,
          y,
          yAt + from,
          indicator,
          indicatorAt + (from >> 3),
          dx,
          dxAt + from,
          count);
    }
  }

  /**
   * Runs over parts of arrays of 16-bit patterns, of a multiple of {@link Lanes#COUNT} elements.
   */
  void run(
      short[] dy,
      int dyAt,
      short[] y,
      int yAt,
      byte[] indicator,
      int indicatorAt,
      short[] dx,
      int dxAt,
      long elements) {
    for (int from = 0; from < elements; from += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - from);
      if (format == FloatFormat.BF16) {
        loops.bf16(
            dy,
            dyAt + from,
            y,
            yAt + from,
            indicator,
            indicatorAt + (from >> 3),
            dx,
            dxAt + from,
            count);
      } else {
        loops.fp16(
            dy,
            dyAt + from,
            y,
            yAt + from,
            indicator,
            indicatorAt + (from >> 3),
            dx,
            dxAt + from,
            count);
      }
    }
  }

  private void segments(
      MemorySegment dys,
      MemorySegment ys,
      MemorySegment indicator,
      MemorySegment dxs,
      long elements) {
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - from);
      switch (format) {
        case FP32 -> loops.fp32(dys, ys, indicator, dxs, from, count);
        case BF16 -> loops.bf16(dys, ys, indicator, dxs, from, count);
        default -> loops.fp16(dys, ys, indicator, dxs, from, count);
      }
    }
  }
}
