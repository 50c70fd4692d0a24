package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;
import invact.numeric.Dtype;

/**
 * Elements of 16 bits to fp32 and back, by integer operations on bit patterns.
 *
 * <p>bf16 is the upper half of fp32. fp16 to fp32: exponent and fraction, shifted to fp32's places,
 * times 2¹¹² make up for the different bias, subnormals included; an exponent of all ones then
 * stands for 2¹⁶ or more and is raised to fp32's. Back, to nearest with ties to even: half an ulp
 * of the dtype is added to the pattern; results below 2⁻¹⁴ in fp16 are rounded by adding ½, whose
 * ulp is fp16's least number.
 */
public final class HalfPrecision {
  /** fp16: all but the sign of a pattern. */
  private static final int SIZE = 0x7FFF;

  /** How many more bits fp32's fraction has than fp16's. */
  private static final int SHIFT = 13;

  private static final float SCALE = 0x1p112f;

  /** What fp16's infinity comes out as, before its exponent is raised. */
  private static final float BEYOND = 0x1p16f;

  private static final int FP32_INFINITY = 0x7F800000;

  /** The pattern of ½ in fp32. */
  private static final int ONE_HALF = 0x3F000000;

  /** Less than half an ulp of fp16, and the difference of the biases. */
  private static final int ROUNDING = 0xFFF - (112 << 23);

  /** The pattern of 2⁻¹⁴ in fp32. */
  private static final int LEAST_NORMAL = 0x38800000;

  /** The pattern of 65520, halfway from the largest fp16 number to the next. */
  private static final int OVERFLOW = 0x477FF000;

  private HalfPrecision() {}

  /**
   * Writes the number of a pattern, exactly.
   *
   * @param b writes it
   * @param dtype bf16 or fp16
   * @param pattern an I32 whose low 16 bits are the pattern, with the sign in all upper bits
   * @return the number, an F32
   */
  public static Value decode(ProgramBuilder b, Dtype dtype, Value pattern) {
    if (dtype == Dtype.BF16) {
      return b.asFloat(b.shiftLeft(pattern, 16));
    }
    Value size = b.asFloat(b.shiftLeft(b.and(pattern, b.integer(SIZE)), SHIFT));
    Value scaled = b.multiply(size, b.constant(SCALE));
    Value special =
        b.select(b.ge(scaled, b.constant(BEYOND)), b.integer(FP32_INFINITY), b.integer(0));
    Value sign = b.and(pattern, b.integer(Integer.MIN_VALUE));
    return b.asFloat(b.or(b.or(b.bits(scaled), special), sign));
  }

  /**
   * Writes the pattern of the nearest number.
   *
   * @param b writes it
   * @param dtype bf16 or fp16
   * @param value an F32; a NaN stays one in bf16 if its lower half is 0, as it is in elements of
   *     bf16 and in what operations make
   * @return an I32 whose low 16 bits are the pattern
   */
  public static Value encode(ProgramBuilder b, Dtype dtype, Value value) {
    Value wide = b.bits(value);
    Value one = b.integer(1);
    if (dtype == Dtype.BF16) {
      Value odd = b.and(b.shiftRight(wide, 16), one);
      return b.shiftRight(b.add(b.add(wide, odd), b.integer(0x7FFF)), 16);
    }
    Value size = b.and(wide, b.integer(Integer.MAX_VALUE));
    Value shifted = b.add(b.asFloat(size), b.constant(0.5f));
    Value subnormal = b.subtract(b.bits(shifted), b.integer(ONE_HALF));
    Value odd = b.and(b.shiftRight(size, SHIFT), one);
    Value normal = b.shiftRight(b.add(b.add(size, odd), b.integer(ROUNDING)), SHIFT);
    Value finite = b.select(b.lt(size, b.integer(LEAST_NORMAL)), subnormal, normal);
    Value number = b.select(b.ge(size, b.integer(OVERFLOW)), b.integer(0x7C00), finite);
    Value pattern = b.select(b.gt(size, b.integer(FP32_INFINITY)), b.integer(0x7E00), number);
    return b.or(pattern, b.and(b.shiftRight(wide, 16), b.integer(0x8000)));
  }
}
