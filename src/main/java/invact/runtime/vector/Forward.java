package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;

/** The forward pass of one activation over whole registers of any buffers. */
final class Forward {
  private static final Fusion<ForwardPass> FUSION =
      new Fusion<>(ForwardPass.class, ForwardLoops.class, ForwardKernel.class);

  private final ForwardPass loops;

  private Forward(ForwardKernel kernel) {
    loops = FUSION.around(kernel);
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
   * @return whether there are loops for these buffers: native ones, and arrays of the format's own
   *     elements with an indicator in bytes; nothing is done if there are none
   */
  boolean run(
      FloatFormat format,
      MemorySegment xs,
      MemorySegment ys,
      MemorySegment indicator,
      long elements) {
    if (xs.isNative() && ys.isNative() && indicator.isNative()) {
      segments(format, xs, ys, indicator, elements);
      return true;
    }
    byte[] bits = Lanes.bytes(indicator);
    if (bits == null) {
      return false;
    }
    int bitsAt = (int) indicator.address();
    int xAt = Lanes.start(format, xs);
    int yAt = Lanes.start(format, ys);
    if (format == FloatFormat.FP32) {
      float[] x = Lanes.floats(xs);
      float[] y = Lanes.floats(ys);
      boolean able = x != null && y != null;
      if (able) {
        run(x, xAt, y, yAt, bits, bitsAt, elements);
      }
      return able;
    }
    short[] x = Lanes.shorts(xs);
    short[] y = Lanes.shorts(ys);
    boolean able = x != null && y != null;
    if (able) {
      run(format, x, xAt, y, yAt, bits, bitsAt, elements);
    }
    return able;
  }

  /** Runs over parts of fp32 arrays, of a multiple of {@link Lanes#COUNT} elements. */
  void run(
      float[] x, int xAt, float[] y, int yAt, byte[] indicator, int indicatorAt, long elements) {
    for (int from = 0; from < elements; from += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - from);
      loops.fp32(x, xAt + from, y, yAt + from, indicator, indicatorAt + (from >> 3), count);
    }
  }

  /**
   * Runs over parts of arrays of 16-bit patterns, of a multiple of {@link Lanes#COUNT} elements.
   */
  void run(
      FloatFormat format,
      short[] x,
      int xAt,
      short[] y,
      int yAt,
      byte[] indicator,
      int indicatorAt,
      long elements) {
    for (int from = 0; from < elements; from += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - from);
      if (format == FloatFormat.BF16) {
        loops.bf16(x, xAt + from, y, yAt + from, indicator, indicatorAt + (from >> 3), count);
      } else {
        loops.fp16(x, xAt + from, y, yAt + from, indicator, indicatorAt + (from >> 3), count);
      }
    }
  }

  private void segments(
      FloatFormat format,
      MemorySegment xs,
      MemorySegment ys,
      MemorySegment indicator,
      long elements) {
    for (long from = 0; from < elements; from += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - from);
      switch (format) {
        case FP32 -> loops.fp32(xs, ys, indicator, from, count);
        case BF16 -> loops.bf16(xs, ys, indicator, from, count);
        default -> loops.fp16(xs, ys, indicator, from, count);
      }
    }
  }
}
