package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import invact.runtime.FloatGate;
import invact.runtime.FloatGeluGate;
import invact.runtime.FloatSiluGate;
import java.lang.foreign.MemorySegment;

/** Both passes of one gated unit over whole registers of any buffers. */
final class Gated {
  private static final Fusion<GatedPass> FUSION =
      new Fusion<>(GatedPass.class, GatedLoops.class, GatedKernel.class);

  private final GatedPass loops;

  private Gated(GatedKernel kernel) {
    loops = FUSION.around(kernel);
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
   * @return whether there are loops for these buffers: native ones, and arrays of the format's own
   *     elements; nothing is done if there are none
   */
  boolean forward(
      FloatFormat format, MemorySegment as, MemorySegment bs, MemorySegment ps, long elements) {
    if (as.isNative() && bs.isNative() && ps.isNative()) {
      for (long from = 0; from < elements; from += Lanes.BLOCK) {
        int count = (int) Math.min(Lanes.BLOCK, elements - from);
        switch (format) {
          case FP32 -> loops.fp32Forward(as, bs, ps, from, count);
          case BF16 -> loops.bf16Forward(as, bs, ps, from, count);
          default -> loops.fp16Forward(as, bs, ps, from, count);
        }
      }
      return true;
    }
    int aAt = Lanes.start(format, as);
    int bAt = Lanes.start(format, bs);
    int pAt = Lanes.start(format, ps);
    if (format == FloatFormat.FP32) {
      float[] a = Lanes.floats(as);
      float[] b = Lanes.floats(bs);
      float[] p = Lanes.floats(ps);
      if (a == null || b == null || p == null) {
        return false;
      }
      for (int i = 0; i < elements; i += Lanes.BLOCK) {
        int count = (int) Math.min(Lanes.BLOCK, elements - i);
        loops.fp32Forward(a, aAt + i, b, bAt + i, p, pAt + i, count);
      }
      return true;
    }
    short[] a = Lanes.shorts(as);
    short[] b = Lanes.shorts(bs);
    short[] p = Lanes.shorts(ps);
    if (a == null || b == null || p == null) {
      return false;
    }
    for (int i = 0; i < elements; i += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - i);
      if (format == FloatFormat.BF16) {
        loops.bf16Forward(a, aAt + i, b, bAt + i, p, pAt + i, count);
      } else {
        loops.fp16Forward(a, aAt + i, b, bAt + i, p, pAt + i, count);
      }
    }
    return true;
  }

  /**
   * Runs over the elements 0 … elements − 1, a multiple of {@link Lanes#COUNT}.
   *
   * @return whether there are loops for these buffers, as for {@link #forward}
   */
  boolean backward(
      FloatFormat format,
      MemorySegment dps,
      MemorySegment as,
      MemorySegment kepts,
      MemorySegment das,
      MemorySegment dbs,
      long elements) {
    if (dps.isNative() && as.isNative() && kepts.isNative() && das.isNative() && dbs.isNative()) {
      for (long from = 0; from < elements; from += Lanes.BLOCK) {
        int count = (int) Math.min(Lanes.BLOCK, elements - from);
        switch (format) {
          case FP32 -> loops.fp32Backward(dps, as, kepts, das, dbs, from, count);
          case BF16 -> loops.bf16Backward(dps, as, kepts, das, dbs, from, count);
          default -> loops.fp16Backward(dps, as, kepts, das, dbs, from, count);
        }
      }
      return true;
    }
    int dpAt = Lanes.start(format, dps);
    int aAt = Lanes.start(format, as);
    int keptAt = Lanes.start(format, kepts);
    int daAt = Lanes.start(format, das);
    int dbAt = Lanes.start(format, dbs);
    if (format == FloatFormat.FP32) {
      float[] dp = Lanes.floats(dps);
      float[] a = Lanes.floats(as);
      float[] kept = Lanes.floats(kepts);
      float[] da = Lanes.floats(das);
      float[] db = Lanes.floats(dbs);
      if (dp == null || a == null || kept == null || da == null || db == null) {
        return false;
      }
      for (int i = 0; i < elements; i += Lanes.BLOCK) {
        int count = (int) Math.min(Lanes.BLOCK, elements - i);
        loops.fp32Backward(
            dp, dpAt + i, a, aAt + i, kept, keptAt + i, da, daAt + i, db, dbAt + i, count);
      }
      return true;
    }
    short[] dp = Lanes.shorts(dps);
    short[] a = Lanes.shorts(as);
    short[] kept = Lanes.shorts(kepts);
    short[] da = Lanes.shorts(das);
    short[] db = Lanes.shorts(dbs);
    if (dp == null || a == null || kept == null || da == null || db == null) {
      return false;
    }
    for (int i = 0; i < elements; i += Lanes.BLOCK) {
      int count = (int) Math.min(Lanes.BLOCK, elements - i);
      if (format == FloatFormat.BF16) {
        loops.bf16Backward(
            dp, dpAt + i, a, aAt + i, kept, keptAt + i, da, daAt + i, db, dbAt + i, count);
      } else {
        loops.fp16Backward(
            dp, dpAt + i, a, aAt + i, kept, keptAt + i, da, daAt + i, db, dbAt + i, count);
      }
    }
    return true;
  }
}
