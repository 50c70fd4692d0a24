package invact.runtime.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * fp16 in registers.
 *
 * <p>To fp32: exponent and fraction, shifted to fp32's places, times 2¹¹² make up for the different
 * bias, subnormals included; an exponent of all ones then stands for 2¹⁶ or more and is raised to
 * fp32's. Back: half an ulp of fp16 is added to the pattern, to even; results below 2⁻¹⁴ are
 * rounded by adding ½, whose ulp is fp16's least number.
 */
final class Fp16 implements Encoding {
  /** All but the sign of a pattern. */
  private static final int SIZE = 0x7FFF;

  /** How many more bits fp32's fraction has. */
  private static final int SHIFT = 13;

  private static final float SCALE = 0x1p112f;

  /** What infinity comes out as, before its exponent is raised. */
  private static final float BEYOND = 0x1p16f;

  private static final int FP32_INFINITY = 0x7F800000;

  /** The pattern of ½ in fp32. */
  private static final int ONE_HALF = 0x3F000000;

  /** Less than half an ulp of fp16, and the difference of the biases. */
  private static final int ROUNDING = 0xFFF - (112 << 23);

  /** 2⁻¹⁴. */
  private static final int LEAST_NORMAL = 0x38800000;

  /** 65520, halfway from the largest fp16 number to the next. */
  private static final int OVERFLOW = 0x477FF000;

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
    return false;
  }

  /** The numbers that patterns stand for. */
  static FloatVector widen(ShortVector patterns) {
    IntVector bits = (IntVector) patterns.convertShape(VectorOperators.S2I, Lanes.INTS, 0);
    FloatVector size =
        bits.and(SIZE).lanewise(VectorOperators.LSHL, SHIFT).reinterpretAsFloats().mul(SCALE);
    IntVector special =
        IntVector.zero(Lanes.INTS)
            .blend(FP32_INFINITY, size.compare(VectorOperators.GE, BEYOND).cast(Lanes.INTS));
    return size.reinterpretAsInts()
        .or(special)
        .or(bits.and(Integer.MIN_VALUE))
        .reinterpretAsFloats();
  }

  /** The patterns of the nearest numbers, to even; NaN is a quiet one. */
  static ShortVector narrow(FloatVector x) {
    IntVector wide = x.reinterpretAsInts();
    IntVector size = wide.and(Integer.MAX_VALUE);
    IntVector subnormal = size.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(ONE_HALF);
    IntVector rounded =
        size.add(size.lanewise(VectorOperators.LSHR, SHIFT).and(1))
            .add(ROUNDING)
            .lanewise(VectorOperators.LSHR, SHIFT)
            .blend(subnormal, size.compare(VectorOperators.LT, LEAST_NORMAL))
            .blend(0x7C00, size.compare(VectorOperators.GE, OVERFLOW))
            .blend(0x7E00, size.compare(VectorOperators.GT, FP32_INFINITY))
            .or(wide.lanewise(VectorOperators.LSHR, 16).and(0x8000));
    return (ShortVector) rounded.convertShape(VectorOperators.I2S, Lanes.SHORTS, 0);
  }
}
