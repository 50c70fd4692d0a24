package invact.runtime.vector;

import invact.runtime.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/** A gated unit over whole registers, a loop for each format and kind of buffer. */
final class GatedLoops implements GatedPass {
  /** The pattern of {@link ScalarGatedUnit#LEAST}. */
  private static final int LEAST = (127 - 100) << 23;

  private final GatedKernel kernel;

  GatedLoops(GatedKernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public void fp32Forward(float[] as, int aAt, float[] bs, int bAt, float[] ps, int pAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector a = FloatVector.fromArray(Lanes.FLOATS, as, aAt + i);
      FloatVector b = FloatVector.fromArray(Lanes.FLOATS, bs, bAt + i);
      FloatVector factor = recoverable(kernel.value(a));
      factor.mul(b).intoArray(ps, pAt + i);
    }
  }

  @Override
  public void fp32Backward(float[] dps, int dpAt, float[] as, int aAt, float[] kepts, int keptAt, float[] das, int daAt, float[] dbs, int dbAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector dp = FloatVector.fromArray(Lanes.FLOATS, dps, dpAt + i);
      FloatVector a = FloatVector.fromArray(Lanes.FLOATS, as, aAt + i);
      FloatVector kept = FloatVector.fromArray(Lanes.FLOATS, kepts, keptAt + i);
      FloatVector factor = recoverable(kernel.value(a));
      FloatVector da = dp.mul(kept.div(factor)).mul(kernel.derivative(a));
      FloatVector db = dp.mul(factor);
      da.intoArray(das, daAt + i);
      db.intoArray(dbs, dbAt + i);
    }
  }

  @Override
  public void bf16Forward(short[] as, int aAt, short[] bs, int bAt, short[] ps, int pAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector a = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, as, aAt + i));
      FloatVector b = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, bs, bAt + i));
      FloatVector factor = recoverable(kernel.value(a));
      Bf16.narrow(factor.mul(b)).intoArray(ps, pAt + i);
    }
  }

  @Override
  public void bf16Backward(short[] dps, int dpAt, short[] as, int aAt, short[] kepts, int keptAt, short[] das, int daAt, short[] dbs, int dbAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector dp = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, dps, dpAt + i));
      FloatVector a = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, as, aAt + i));
      FloatVector kept = Bf16.widen(ShortVector.fromArray(Lanes.SHORTS, kepts, keptAt + i));
      FloatVector factor = recoverable(kernel.value(a));
      FloatVector da = dp.mul(kept.div(factor)).mul(kernel.derivative(a));
      FloatVector db = dp.mul(factor);
      Bf16.narrow(da).intoArray(das, daAt + i);
      Bf16.narrow(db).intoArray(dbs, dbAt + i);
    }
  }

  @Override
  public void fp16Forward(short[] as, int aAt, short[] bs, int bAt, short[] ps, int pAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector a = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, as, aAt + i));
      FloatVector b = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, bs, bAt + i));
      FloatVector factor = kernel.value(a);
      Fp16.narrow(factor.mul(b)).intoArray(ps, pAt + i);
    }
  }

  @Override
  public void fp16Backward(short[] dps, int dpAt, short[] as, int aAt, short[] kepts, int keptAt, short[] das, int daAt, short[] dbs, int dbAt, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector dp = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, dps, dpAt + i));
      FloatVector a = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, as, aAt + i));
      FloatVector kept = Fp16.widen(ShortVector.fromArray(Lanes.SHORTS, kepts, keptAt + i));
      FloatVector factor = kernel.value(a);
      FloatVector da = dp.mul(kept).mul(kernel.derivative(a));
      FloatVector db = dp.mul(factor);
      Fp16.narrow(da).intoArray(das, daAt + i);
      Fp16.narrow(db).intoArray(dbs, dbAt + i);
    }
  }

  @Override
  public void fp32Forward(MemorySegment as, MemorySegment bs, MemorySegment ps, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector a = FloatVector.fromMemorySegment(Lanes.FLOATS, as, at << 2, Lanes.ORDER);
      FloatVector b = FloatVector.fromMemorySegment(Lanes.FLOATS, bs, at << 2, Lanes.ORDER);
      FloatVector factor = recoverable(kernel.value(a));
      factor.mul(b).intoMemorySegment(ps, at << 2, Lanes.ORDER);
    }
  }

  @Override
  public void fp32Backward(MemorySegment dps, MemorySegment as, MemorySegment kepts, MemorySegment das, MemorySegment dbs, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector dp = FloatVector.fromMemorySegment(Lanes.FLOATS, dps, at << 2, Lanes.ORDER);
      FloatVector a = FloatVector.fromMemorySegment(Lanes.FLOATS, as, at << 2, Lanes.ORDER);
      FloatVector kept = FloatVector.fromMemorySegment(Lanes.FLOATS, kepts, at << 2, Lanes.ORDER);
      FloatVector factor = recoverable(kernel.value(a));
      FloatVector da = dp.mul(kept.div(factor)).mul(kernel.derivative(a));
      FloatVector db = dp.mul(factor);
      da.intoMemorySegment(das, at << 2, Lanes.ORDER);
      db.intoMemorySegment(dbs, at << 2, Lanes.ORDER);
    }
  }

  @Override
  public void bf16Forward(MemorySegment as, MemorySegment bs, MemorySegment ps, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector a = Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, as, at << 1, Lanes.ORDER));
      FloatVector b = Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, bs, at << 1, Lanes.ORDER));
      FloatVector factor = recoverable(kernel.value(a));
      Bf16.narrow(factor.mul(b)).intoMemorySegment(ps, at << 1, Lanes.ORDER);
    }
  }

  @Override
  public void bf16Backward(MemorySegment dps, MemorySegment as, MemorySegment kepts, MemorySegment das, MemorySegment dbs, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector dp = Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, dps, at << 1, Lanes.ORDER));
      FloatVector a = Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, as, at << 1, Lanes.ORDER));
      FloatVector kept = Bf16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, kepts, at << 1, Lanes.ORDER));
      FloatVector factor = recoverable(kernel.value(a));
      FloatVector da = dp.mul(kept.div(factor)).mul(kernel.derivative(a));
      FloatVector db = dp.mul(factor);
      Bf16.narrow(da).intoMemorySegment(das, at << 1, Lanes.ORDER);
      Bf16.narrow(db).intoMemorySegment(dbs, at << 1, Lanes.ORDER);
    }
  }

  @Override
  public void fp16Forward(MemorySegment as, MemorySegment bs, MemorySegment ps, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector a = Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, as, at << 1, Lanes.ORDER));
      FloatVector b = Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, bs, at << 1, Lanes.ORDER));
      FloatVector factor = kernel.value(a);
      Fp16.narrow(factor.mul(b)).intoMemorySegment(ps, at << 1, Lanes.ORDER);
    }
  }

  @Override
  public void fp16Backward(MemorySegment dps, MemorySegment as, MemorySegment kepts, MemorySegment das, MemorySegment dbs, long from, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = from + i;
      FloatVector dp = Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, dps, at << 1, Lanes.ORDER));
      FloatVector a = Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, as, at << 1, Lanes.ORDER));
      FloatVector kept = Fp16.widen(ShortVector.fromMemorySegment(Lanes.SHORTS, kepts, at << 1, Lanes.ORDER));
      FloatVector factor = kernel.value(a);
      FloatVector da = dp.mul(kept).mul(kernel.derivative(a));
      FloatVector db = dp.mul(factor);
      Fp16.narrow(da).intoMemorySegment(das, at << 1, Lanes.ORDER);
      Fp16.narrow(db).intoMemorySegment(dbs, at << 1, Lanes.ORDER);
    }
  }

  /** f(a), but at least 2⁻¹⁰⁰ in size: patterns of numbers ascend with their sizes. */
  private static FloatVector recoverable(FloatVector value) {
    IntVector bits = value.reinterpretAsInts();
    IntVector size = bits.and(Integer.MAX_VALUE).max(LEAST);
    return size.or(bits.and(Integer.MIN_VALUE)).reinterpretAsFloats();
  }
}
