package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Both passes of a gated unit in a 16-bit format: all the gate's values are known beforehand. */
final class GatedLookup implements GatedPass {
  private final GatedTable table;
  private final Encoding encoding;
  private final Storage.Casts casts;

  GatedLookup(GatedTable table, Encoding encoding, Storage.Casts casts) {
    this.table = table;
    this.encoding = encoding;
    this.casts = casts;
  }

  @Override
  public void forward(
      MemorySegment gates, MemorySegment ups, MemorySegment products, long from, int count) {
    MemorySegment as = casts.elements(gates);
    MemorySegment bs = casts.elements(ups);
    MemorySegment ps = casts.elements(products);
    float[] factors = table.factors;
    int[] places = Patterns.PLACES.get();
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        Patterns.load(as, at).intoArray(places, Patterns.APART);
        FloatVector factor =
            FloatVector.fromArray(Lanes.FLOATS, factors, 0, places, Patterns.APART);
        encoding.store(factor.mul(encoding.load(bs, at)), ps, at);
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
    float[] factors = table.factors;
    float[] derivatives = table.derivatives;
    int[] places = Patterns.PLACES.get();
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        Patterns.load(as, at).intoArray(places, Patterns.APART);
        FloatVector factor =
            FloatVector.fromArray(Lanes.FLOATS, factors, 0, places, Patterns.APART);
        FloatVector derivative =
            FloatVector.fromArray(Lanes.FLOATS, derivatives, 0, places, Patterns.APART);
        FloatVector dp = encoding.load(dps, at);
        FloatVector b = encoding.load(kepts, at);
        if (encoding.keepsProduct()) {
          b = b.div(factor);
        }
        encoding.store(dp.mul(b).mul(derivative), das, at);
        encoding.store(dp.mul(factor), dbs, at);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }
}
