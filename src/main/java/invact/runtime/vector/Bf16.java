package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** bf16, the upper half of fp32, in registers. */
final class Bf16 implements Encoding {
  @Override
  public FloatVector load(MemorySegment elements, long first) {
    return widen(ShortVector.fromMemorySegment(Lanes.SHORTS, elements, first << 1, Lanes.ORDER));
  }

  @Override
  public void store(FloatVector values, MemorySegment elements, long first) {
    narrow(values).intoMemorySegment(elements, first << 1, Lanes.ORDER);
  }

  @Override
  public boolean keepsProduct() {
    return true;
  }

  /** The numbers that patterns stand for. */
  static FloatVector widen(ShortVector patterns) {
    return ((IntVector) patterns.convertShape(VectorOperators.S2I, Lanes.INTS, 0))
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  /**
   * The patterns of the nearest numbers, to even. Only for NaNs whose lower half is 0, which leaves
   * them alone: those of elements are, and so are those that operations make.
   */
  static ShortVector narrow(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    return (ShortVector)
        bits.add(odd)
            .add(0x7FFF)
            .lanewise(VectorOperators.LSHR, 16)
            .convertShape(VectorOperators.I2S, Lanes.SHORTS, 0);
  }
}
