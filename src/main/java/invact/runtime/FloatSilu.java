package invact.runtime;

/**
 * SiLU in fp32, x/(1 + e^−x).
 *
 * <p>Where e^−x = 2^k·(1 + v), 1 + e^−x is (1 + 2^k) + 2^k·v, in which the product is exact and,
 * for |k| &lt; 24, so is the first sum; what it loses else is added to the product. For x &lt; 0
 * all terms are scaled by 2⁻⁶⁴, so that they do not overflow, and so is the quotient by the last
 * product.
 */
public record FloatSilu() implements FloatActivation {
  /** y is −0 from here down. */
  public static final float LOW = -120.0f;

  /** 1 + e^−x is 1 from here up. */
  public static final float HIGH = 40.0f;

  /** The exponent's bias where nothing is scaled. */
  public static final float PLAIN_ROUNDER = 0x1.8p23f + 127;

  /** And where it is by 2⁻⁶⁴. */
  public static final float SCALED_ROUNDER = 0x1.8p23f + 63;

  @Override
  public float value(float x) {
    float input = x < LOW ? LOW : x;
    float bounded = input > HIGH ? HIGH : input;
    float unit = x < 0 ? UNSCALE : 1.0f;
    float rounder = x < 0 ? SCALED_ROUNDER : PLAIN_ROUNDER;
    float z = Math.fma(bounded, -LOG2_E, rounder);
    float k = z - rounder;
    float r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, -bounded));
    float v = Math.fma(r * r, FloatExponential.series(r), r);
    float power = Float.intBitsToFloat(Float.floatToRawIntBits(z) << 23);
    float sum = power + unit;
    float lost = unit - (sum - power);
    return input / (sum + Math.fma(power, v, lost)) * unit;
  }
}
