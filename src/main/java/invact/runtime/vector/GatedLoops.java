package invact.runtime.vector;

import invact.runtime.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Both passes of a gated unit in fp32. */
final class GatedLoops implements GatedPass {
  /** The pattern of {@link ScalarGatedUnit#LEAST}. */
  private static final int LEAST = (127 - 100) << 23;

  private final GatedKernel kernel;
  private final Storage.Casts casts;

  GatedLoops(GatedKernel kernel, Storage.Casts casts) {
    this.kernel = kernel;
    this.casts = casts;
  }

  @Override
  public void forward(
      MemorySegment gates, MemorySegment ups, MemorySegment products, long from, int count) {
    MemorySegment as = casts.elements(gates);
    MemorySegment bs = casts.elements(ups);
    MemorySegment ps = casts.elements(products);
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        FloatVector b = FloatVector.fromMemorySegment(Lanes.FLOATS, bs, at << 2, Lanes.ORDER);
        FloatVector factor =
            recoverable(
                kernel.value(
                    FloatVector.fromMemorySegment(Lanes.FLOATS, as, at << 2, Lanes.ORDER)));
        factor.mul(b).intoMemorySegment(ps, at << 2, Lanes.ORDER);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }

  @Override
  public void backward(
      MemorySegment productDerivatives,
      MemorySegment gates,
      MemorySegment keptOnes,
      MemorySegment gateDerivatives,
      MemorySegment upDerivatives,
      long from,
      int count) {
    MemorySegment dps = casts.elements(productDerivatives);
    MemorySegment as = casts.elements(gates);
    MemorySegment kepts = casts.elements(keptOnes);
    MemorySegment das = casts.elements(gateDerivatives);
    MemorySegment dbs = casts.elements(upDerivatives);
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        FloatVector dp = FloatVector.fromMemorySegment(Lanes.FLOATS, dps, at << 2, Lanes.ORDER);
        FloatVector a = FloatVector.fromMemorySegment(Lanes.FLOATS, as, at << 2, Lanes.ORDER);
        FloatVector factor = recoverable(kernel.value(a));
        FloatVector b =
            FloatVector.fromMemorySegment(Lanes.FLOATS, kepts, at << 2, Lanes.ORDER).div(factor);
        dp.mul(b).mul(kernel.derivative(a)).intoMemorySegment(das, at << 2, Lanes.ORDER);
        dp.mul(factor).intoMemorySegment(dbs, at << 2, Lanes.ORDER);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }

  /** f(a), but at least 2⁻¹⁰⁰ in size: patterns of numbers ascend with their sizes. */
  private static FloatVector recoverable(FloatVector value) {
    IntVector bits = value.reinterpretAsInts();
    IntVector size = bits.and(Integer.MAX_VALUE).max(LEAST);
    return size.or(bits.and(Integer.MIN_VALUE)).reinterpretAsFloats();
  }
}
