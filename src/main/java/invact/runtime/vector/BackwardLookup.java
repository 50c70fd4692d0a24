package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** dx = dy·g(y, S) in a 16-bit format: every g is known beforehand. */
final class BackwardLookup implements BackwardPass {
  private final BackwardTable table;
  private final Encoding encoding;
  private final Storage.Casts casts;

  BackwardLookup(BackwardTable table, Encoding encoding, Storage.Casts casts) {
    this.table = table;
    this.encoding = encoding;
    this.casts = casts;
  }

  @Override
  public void run(
      MemorySegment outputDerivatives,
      MemorySegment outputs,
      MemorySegment bits,
      MemorySegment inputDerivatives,
      long from,
      int count) {
    MemorySegment dys = casts.elements(outputDerivatives);
    MemorySegment ys = casts.elements(outputs);
    MemorySegment indicator = casts.indicator(bits);
    MemorySegment dxs = casts.elements(inputDerivatives);
    float[] derivatives = table.derivatives;
    int[] places = Patterns.PLACES.get();
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        VectorMask<Integer> right = Indicator.right(Lanes.INTS, Indicator.load(indicator, at >> 3));
        Patterns.load(ys, at)
            .lanewise(VectorOperators.OR, BackwardTable.RIGHT, right)
            .intoArray(places, Patterns.APART);
        FloatVector g = FloatVector.fromArray(Lanes.FLOATS, derivatives, 0, places, Patterns.APART);
        encoding.store(encoding.load(dys, at).mul(g), dxs, at);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }
}
