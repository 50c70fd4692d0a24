package invact.runtime;

import invact.activation.Activation;
import invact.activation.Activations;

/**
 * f(x) in fp32 arithmetic.
 *
 * <p>The code here is the order of the operations, which every backend keeps. There is none but
 * fp32 addition, multiplication, division, fma and integer operations on bit patterns, so that it
 * comes out the same everywhere.
 *
 * <p>Both functions take an exponential e^E, E ≤ 0, apart into 2^k·(1 + v) with |r| ≤ ln(2)/2:
 *
 * <pre>
 * z = fma(E, log₂e, 1.5·2²³ + 191)   the low bits of z are k + 191
 * r = E − k·ln 2                      with ln 2 in two parts, the first of which leaves no rounding
 * v = e^r − 1 = fma(r·r, s(r), r)     s by Horner
 * </pre>
 *
 * and 2^(k + 64), which is a normal number even where 2^k is not: the pattern of z shifted left by
 * 23. Its last product, with 2⁻⁶⁴, is the only operation that can have a subnormal result.
 *
 * <p>NaN gives NaN, ±0 themselves, +∞ itself and −∞ −0.
 */
public interface FloatActivation {
  /** log₂e. */
  float LOG2_E = 1.442695f;

  /** 1.5·2²³, beside which a float has no fraction, and the exponent's bias 127 + 64. */
  float ROUNDER = 0x1.8p23f + 191;

  /** The first 15 bits of ln 2. */
  float LN2_HIGH = 0x1.62e4p-1f;

  /** The rest of ln 2. */
  float LN2_LOW = 1.4286068e-6f;

  /** Takes back the 64 of 2^(k + 64). */
  float UNSCALE = 0x1p-64f;

  /**
   * f(x).
   *
   * @param x any number
   * @return the value
   */
  float value(float x);

  /**
   * An activation in fp32.
   *
   * @param activation the activation
   * @return {@link FloatGelu} or {@link FloatSilu}; for any other activation, its double-precision
   *     value rounded
   */
  static FloatActivation of(Activation activation) {
    if (activation.equals(Activations.GELU)) {
      return new FloatGelu();
    }
    if (activation.equals(Activations.SILU)) {
      return new FloatSilu();
    }
    return x -> (float) activation.value(x);
  }
}
