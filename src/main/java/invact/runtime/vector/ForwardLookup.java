package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** y = f(x) and S = [x ≥ T] in a 16-bit format: every answer is known beforehand. */
final class ForwardLookup implements ForwardPass {
  private final ForwardTable table;
  private final Storage.Casts casts;

  ForwardLookup(ForwardTable table, Storage.Casts casts) {
    this.table = table;
    this.casts = casts;
  }

  @Override
  public void run(
      MemorySegment inputs, MemorySegment outputs, MemorySegment bits, long from, int count) {
    MemorySegment xs = casts.elements(inputs);
    MemorySegment ys = casts.elements(outputs);
    MemorySegment indicator = casts.indicator(bits);
    int[] answers = table.answers;
    int[] places = Patterns.PLACES.get();
    int i = 0;
    if (i < count) {
      do {
        long at = from + i;
        Patterns.load(xs, at).intoArray(places, Patterns.APART);
        IntVector answer = IntVector.fromArray(Lanes.INTS, answers, 0, places, Patterns.APART);
        Indicator.store(answer.compare(VectorOperators.LT, 0), indicator, at >> 3);
        Patterns.store(answer, ys, at);
        i += Lanes.COUNT;
      } while (i < count);
    }
  }
}
