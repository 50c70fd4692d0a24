package invact.numeric;

/**
 * A binary floating-point format in which a network keeps its tensors.
 *
 * <p>All rounding is to nearest, ties to even; subnormals are kept; overflow goes to infinity.
 */
public enum Dtype {
  /** IEEE 754 binary64. */
  FP64("fp64", 53, -1022, Double.MAX_VALUE) {
    @Override
    public double round(double value) {
      return value;
    }
  },
  /** IEEE 754 binary32. */
  FP32("fp32", 24, -126, Float.MAX_VALUE) {
    @Override
    public double round(double value) {
      return (float) value;
    }
  },
  /** bfloat16: the upper half of a binary32. */
  BF16("bf16", 8, -126, 0x1.FEp127) {
    @Override
    public double round(double value) {
      return decode(encode(roundToOddFloat(value)));
    }

    @Override
    public short encode(float value) {
      int bits = Float.floatToRawIntBits(value);
      if (Float.isNaN(value)) {
        // Quieten: dropping the low half of a signalling NaN could leave an infinity.
        return (short) ((bits >>> 16) | 0x0040);
      }
      int halfWithTiesToEven = 0x7FFF + ((bits >>> 16) & 1);
      return (short) ((bits + halfWithTiesToEven) >>> 16);
    }

    @Override
    public float decode(short bits) {
      return Float.intBitsToFloat(bits << 16);
    }
  },
  /** IEEE 754 binary16. */
  FP16("fp16", 11, -14, 65504.0) {
    @Override
    public double round(double value) {
      return decode(encode(roundToOddFloat(value)));
    }

    @Override
    public short encode(float value) {
      return Float.floatToFloat16(value);
    }

    @Override
    public float decode(short bits) {
      return Float.float16ToFloat(bits);
    }
  };

  private final String label;
  private final int precision;
  private final int leastExponent;
  private final double maxValue;

  Dtype(String label, int precision, int leastExponent, double maxValue) {
    this.label = label;
    this.precision = precision;
    this.leastExponent = leastExponent;
    this.maxValue = maxValue;
  }

  /**
   * The name in JSON and on the command line.
   *
   * @return {@code fp64}, {@code fp32}, {@code bf16} or {@code fp16}
   */
  public String label() {
    return label;
  }

  /**
   * The number of significant bits, the hidden one included.
   *
   * @return 53, 24, 8 or 11
   */
  public int precision() {
    return precision;
  }

  /**
   * The exponent of the smallest normal number; subnormals have its last bit.
   *
   * @return −1022, −126, −126 or −14
   */
  public int leastExponent() {
    return leastExponent;
  }

  /**
   * The largest finite number of the format.
   *
   * @return the largest finite number
   */
  public double maxValue() {
    return maxValue;
  }

  /**
   * The size of one element in memory.
   *
   * @return 8, 4 or 2
   */
  public int bytes() {
    return switch (this) {
      case FP64 -> 8;
      case FP32 -> 4;
      case BF16, FP16 -> 2;
    };
  }

  /**
   * Whether elements are 16 bits wide, so that every one of them can be tried.
   *
   * @return true for bf16 and fp16
   */
  public boolean isHalf() {
    return bytes() == 2;
  }

  /**
   * The number of this format nearest to {@code value}, ties to even.
   *
   * @param value any number; NaN gives NaN
   * @return the rounded number, or an infinity where it overflows
   */
  public abstract double round(double value);

  /**
   * The 16-bit pattern of the number of this format nearest to {@code value}.
   *
   * @param value any number; a NaN gives a quiet NaN
   * @return the pattern
   * @throws UnsupportedOperationException if the format is not 16 bits wide
   */
  public short encode(float value) {
    throw new UnsupportedOperationException(label + " is not a 16-bit format");
  }

  /**
   * The number that a 16-bit pattern of this format stands for, exactly.
   *
   * @param bits the pattern
   * @return its value
   * @throws UnsupportedOperationException if the format is not 16 bits wide
   */
  public float decode(short bits) {
    throw new UnsupportedOperationException(label + " is not a 16-bit format");
  }

  /**
   * The format of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the format
   * @throws IllegalArgumentException if no format has that name
   */
  public static Dtype of(String label) {
    for (Dtype dtype : values()) {
      if (dtype.label.equals(label)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException(
        "unknown dtype '" + label + "': use one of fp64, fp32, bf16, fp16");
  }

  /**
   * {@code value} as a float that rounds on to any narrower format as {@code value} itself would:
   * an inexact result gets an odd last bit, so that it can be no tie (S. Boldo and G. Melquiond,
   * "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE
   * Trans. Comput. 57 (2008) 462–471).
   */
  private static float roundToOddFloat(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value) || Float.isInfinite(nearest)) {
      return nearest;
    }
    int bits = Float.floatToRawIntBits(nearest);
    if ((bits & 1) != 0) {
      return nearest;
    }
    boolean nearestIsTooLarge = StrictMath.abs((double) nearest) > StrictMath.abs(value);
    return Float.intBitsToFloat(nearestIsTooLarge ? bits - 1 : bits + 1);
  }
}
