package invact.runtime.vector;

import invact.runtime.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Both passes of a gated unit over whole registers. */
final class GatedLoops implements GatedPass {
  /** The pattern of {@link ScalarGatedUnit#LEAST}. */
  private static final int LEAST = (127 - 100) << 23;

  private final GatedKernel kernel;
  private final Encoding encoding;
  private final Storage.Casts casts;

  GatedLoops(GatedKernel kernel, Encoding encoding, Storage.Casts casts) {
    this.kernel = kernel;
    this.encoding = encoding;
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
        FloatVector b = encoding.load(bs, at);
        FloatVector factor = kernel.value(encoding.load(as, at));
        if (encoding.keepsProduct()) {
          factor = recoverable(factor);
        }
        encoding.store(factor.mul(b), ps, at);
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
        FloatVector dp = encoding.load(dps, at);
        FloatVector a = encoding.load(as, at);
        FloatVector b = encoding.load(kepts, at);
        FloatVector factor = kernel.value(a);
        if (encoding.keepsProduct()) {
          factor = recoverable(factor);
          b = b.div(factor);
        }
        encoding.store(dp.mul(b).mul(kernel.derivative(a)), das, at);
        encoding.store(dp.mul(factor), dbs, at);
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
