package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import invact.runtime.BufferCheck;
import invact.runtime.FloatGate;
import invact.runtime.FloatGeluGate;
import invact.runtime.FloatSiluGate;
import invact.runtime.GatedUnit;
import invact.runtime.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;

/**
 * Whole registers by a kernel, the elements after the last whole register by the scalar backend. So
 * is everything for which there is no kernel, and buffers of several kinds or on the heap in arrays
 * of another type than their elements'.
 */
final class VectorGatedUnit implements GatedUnit {
  /**
   * Elements of one call of a loop: few enough that the loop is soon compiled as a method by
   * itself, many enough that its start costs nothing.
   */
  private static final int BLOCK = 1 << 12;

  private static final Fusion<GatedPass> FUSION =
      new Fusion<>(GatedPass.class, GatedLoops.class, GatedKernel.class);

  private final ScalarGatedUnit scalar;
  private final GatedPass loops;

  VectorGatedUnit(Activation activation) {
    scalar = new ScalarGatedUnit(activation);
    GatedKernel kernel =
        switch (FloatGate.of(activation)) {
          case FloatGeluGate _ -> new GeluGate();
          case FloatSiluGate _ -> new SiluGate();
          default -> null;
        };
    loops = kernel == null ? null : FUSION.around(kernel);
  }

  @Override
  public Activation activation() {
    return scalar.activation();
  }

  @Override
  public void forward(FloatFormat format, MemorySegment a, MemorySegment b, MemorySegment p) {
    long elements = BufferCheck.gatedForward(format, a, b, p);
    long whole = elements - elements % Lanes.COUNT;
    if (loops == null || !forwardWhole(format, a, b, p, whole)) {
      whole = 0;
    }
    scalar.forward(format, a, b, p, whole, elements);
  }

  private boolean forwardWhole(
      FloatFormat format, MemorySegment as, MemorySegment bs, MemorySegment ps, long elements) {
    if (as.isNative() && bs.isNative() && ps.isNative()) {
      for (long from = 0; from < elements; from += BLOCK) {
        int count = (int) Math.min(BLOCK, elements - from);
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
      for (int from = 0; from < elements; from += BLOCK) {
        int count = (int) Math.min(BLOCK, elements - from);
        loops.fp32Forward(a, aAt + from, b, bAt + from, p, pAt + from, count);
      }
      return true;
    }
    short[] a = Lanes.shorts(as);
    short[] b = Lanes.shorts(bs);
    short[] p = Lanes.shorts(ps);
    if (a == null || b == null || p == null) {
      return false;
    }
    for (int from = 0; from < elements; from += BLOCK) {
      int count = (int) Math.min(BLOCK, elements - from);
      if (format == FloatFormat.BF16) {
        loops.bf16Forward(a, aAt + from, b, bAt + from, p, pAt + from, count);
      } else {
        loops.fp16Forward(a, aAt + from, b, bAt + from, p, pAt + from, count);
      }
    }
    return true;
  }

  @Override
  public void backward(
      FloatFormat format,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db) {
    long elements = BufferCheck.gatedBackward(format, dp, a, kept, da, db);
    long whole = elements - elements % Lanes.COUNT;
    if (loops == null || !backwardWhole(format, dp, a, kept, da, db, whole)) {
      whole = 0;
    }
    scalar.backward(format, dp, a, kept, da, db, whole, elements);
  }

  private boolean backwardWhole(
      FloatFormat format,
      MemorySegment dps,
      MemorySegment as,
      MemorySegment kepts,
      MemorySegment das,
      MemorySegment dbs,
      long elements) {
    if (dps.isNative() && as.isNative() && kepts.isNative() && das.isNative() && dbs.isNative()) {
      for (long from = 0; from < elements; from += BLOCK) {
        int count = (int) Math.min(BLOCK, elements - from);
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
      for (int from = 0; from < elements; from += BLOCK) {
        int count = (int) Math.min(BLOCK, elements - from);
        loops.fp32Backward(
            dp,
            dpAt + from,
            a,
            aAt + from,
            kept,
            keptAt + from,
            da,
            daAt + from,
            db,
            dbAt + from,
            count);
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
    for (int from = 0; from < elements; from += BLOCK) {
      int count = (int) Math.min(BLOCK, elements - from);
      if (format == FloatFormat.BF16) {
        loops.bf16Backward(
            dp,
            dpAt + from,
            a,
            aAt + from,
            kept,
            keptAt + from,
            da,
            daAt + from,
            db,
            dbAt + from,
            count);
      } else {
        loops.fp16Backward(
            dp,
            dpAt + from,
            a,
            aAt + from,
            kept,
            keptAt + from,
            da,
            daAt + from,
            db,
            dbAt + from,
            count);
      }
    }
    return true;
  }
}
