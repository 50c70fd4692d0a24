package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * exp(−A) as a product of two numbers of about half its exponent each, so that x·σ(x), which is
 * computed with one factor after the other, becomes subnormal in one rounding and does not become 0
 * before it has to.
 *
 * <p>Domain: A from 0 to 110; NaN gives NaN. Largest relative error of the product: 10⁻⁵ as {@link
 * #estimate} (the rounding of A·log₂e/2, and {@link invact.internal.program.Op#EXP2}'s), 2·10⁻⁷ as
 * {@link #precise}. Source of the polynomial: minimax coefficients of 2^f on [−½, ½], those of S.
 * L. Moshier's Cephes Mathematical Library, {@code exp2f.c}; c₅ is an ulp above theirs.
 *
 * @param first one factor
 * @param second the other
 */
record FastExponential(Value first, Value second) {
  private static final float LOG2_E = 1.442695f;

  /** log₂e − {@link #LOG2_E}, rounded to fp32. */
  private static final float LOG2_E_REST = 1.925963e-8f;

  /** 1.5·2²³: adding and subtracting it rounds a float below 2²² to an integer. */
  private static final float ROUNDER = 0x1.8p23f;

  /** 2^f on [−½, ½] by ascending power; largest relative error 2.0·10⁻⁹ before rounding. */
  private static final float[] POWER_OF_TWO = {
    1.0f, 0.69314718f, 0.24022648f, 0.055503324f, 0.0096184369f, 0.0013398875f, 0.00015353362f
  };

  /** The bias of fp32's exponent. */
  private static final int BIAS = 127;

  /** How far the exponent lies from the lowest bit. */
  private static final int FRACTION_BITS = 23;

  /** Writes exp(−a·scale), scale a power of 2: both factors are one estimate of its root. */
  static FastExponential estimate(ProgramBuilder b, Value a, float scale) {
    Value root = b.exp2(b.multiply(a, b.constant(-LOG2_E * 0.5f * scale)));
    return new FastExponential(root, root);
  }

  /**
   * Writes exp(−(a + rest)·scale), scale a power of 2, rest the rounding error of a or 0: 2^f·2^h
   * and 2^(n − h) with n + f the exponent to base 2, n and h ≈ n/2 integers.
   */
  static FastExponential precise(ProgramBuilder b, Value a, Value rest, float scale) {
    Value factor = b.constant(-LOG2_E * scale);
    Value rounder = b.constant(ROUNDER);
    Value z = b.add(b.multiply(a, factor), rounder);
    Value n = b.subtract(z, rounder);
    Value f = b.fma(a, factor, b.negate(n));
    f = b.fma(a, b.constant(-LOG2_E_REST * scale), f);
    f = b.fma(rest, factor, f);
    Value power = b.horner(f, POWER_OF_TWO.length - 1, j -> b.constant(POWER_OF_TWO[j]));
    Value whole = b.subtract(b.bits(z), b.integer(Float.floatToRawIntBits(ROUNDER)));
    // Halved towards 0: n is negative, and the shift alone would round down.
    Value half = b.shiftRightSigned(b.add(whole, b.shiftRight(whole, 31)), 1);
    return new FastExponential(
        b.multiply(power, power(b, half)), power(b, b.subtract(whole, half)));
  }

  /** 2 to the power of an integer. */
  private static Value power(ProgramBuilder b, Value exponent) {
    return b.asFloat(b.shiftLeft(b.add(exponent, b.integer(BIAS)), FRACTION_BITS));
  }
}
