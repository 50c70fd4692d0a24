package invact.runtime.vector;

/**
 * The numbers by which fp16 becomes fp32 and back in vector registers.
 *
 * <p>To fp32: exponent and fraction, shifted to fp32's places, times 2¹¹² make up for the different
 * bias, subnormals included; an exponent of all ones then stands for 2¹⁶ or more and is raised to
 * fp32's. Back: half an ulp of fp16 is added to the pattern, to even; results below 2⁻¹⁴ are
 * rounded by adding ½, whose ulp is fp16's least number.
 */
final class Half {
  /** All but the sign of an fp16 pattern. */
  static final int SIZE = 0x7FFF;

  /** How many more bits fp32's fraction has. */
  static final int SHIFT = 13;

  static final float SCALE = 0x1p112f;

  /** What infinity of fp16 comes out as, before its exponent is raised. */
  static final float BEYOND = 0x1p16f;

  static final int FP32_INFINITY = 0x7F800000;

  /** The pattern of ½ in fp32. */
  static final int ONE_HALF = 0x3F000000;

  /** Less than half an ulp of fp16, and the difference of the biases. */
  static final int ROUNDING = 0xFFF - (112 << 23);

  /** 2⁻¹⁴. */
  static final int LEAST_NORMAL = 0x38800000;

  /** 65520, halfway from the largest fp16 number to the next. */
  static final int OVERFLOW = 0x477FF000;

  private Half() {}
}
