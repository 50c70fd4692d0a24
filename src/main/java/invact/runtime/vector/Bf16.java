package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** bf16, the upper half of fp32, in registers. */
final class Bf16 implements Encoding {
  private static final int NAN = 0x7FC0;
  private static final int SIGN = 0x8000;

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

  /** The patterns of the nearest numbers, to even; NaN is a quiet one of its sign. */
  static ShortVector narrow(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
    IntVector rounded = bits.add(upper.and(1)).add(0x7FFF).lanewise(VectorOperators.LSHR, 16);
    return (ShortVector)
        rounded
            .blend(upper.and(SIGN).or(NAN), x.test(VectorOperators.IS_NAN).cast(Lanes.INTS))
            .convertShape(VectorOperators.I2S, Lanes.SHORTS, 0);
  }
}
