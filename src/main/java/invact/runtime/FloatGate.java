package invact.runtime;

import invact.activation.Activation;
import invact.activation.Activations;

/**
 * f(a) and f′(a) of a gate in fp32 arithmetic.
 *
 * <p>{@link FloatActivation} computes f(x) too, but its y is to be inverted, and has to be right to
 * the last bit where f is flat. A gate's is not inverted: a few ulp do, and it shares what it can
 * with f′. As there, the code is the order of the operations, which every backend keeps, and there
 * is none but fp32 addition, multiplication, division, fma and integer operations on bit patterns.
 *
 * <p>NaN gives NaN. f(±0) = ±0, f(+∞) = +∞, |f(−∞)| &lt; 2⁻¹⁰⁰, f′(+∞) = 1 and f′(−∞) = ±0.
 */
public interface FloatGate {
  /** 1.5·2²³, beside which a float has no fraction, and the exponent's bias. */
  float ROUNDER = 0x1.8p23f + 127;

  /**
   * f(a).
   *
   * @param a any number
   * @return the value
   */
  float value(float a);

  /**
   * f′(a).
   *
   * @param a any number
   * @return the derivative
   */
  float derivative(float a);

  /**
   * A gate in fp32.
   *
   * @param activation f
   * @return {@link FloatGeluGate} or {@link FloatSiluGate}; for any other activation, its
   *     double-precision value and derivative rounded
   */
  static FloatGate of(Activation activation) {
    if (activation.equals(Activations.GELU)) {
      return new FloatGeluGate();
    }
    if (activation.equals(Activations.SILU)) {
      return new FloatSiluGate();
    }
    return new Rounded(activation);
  }

  /**
   * 2^k·e^r, |r| ≤ ln(2)/2.
   *
   * @param z {@link #ROUNDER} and k, −127 ≤ k ≤ 127
   * @param r r
   * @return the power; 0 for k = −127
   */
  static float power(float z, float r) {
    float v = Math.fma(r * r, FloatExponential.series(r), r);
    float scale = Float.intBitsToFloat(Float.floatToRawIntBits(z) << 23);
    return Math.fma(scale, v, scale);
  }

  /**
   * An activation that has no fp32 arithmetic of its own.
   *
   * @param activation f
   */
  record Rounded(Activation activation) implements FloatGate {
    @Override
    public float value(float a) {
      return (float) activation.value(a);
    }

    @Override
    public float derivative(float a) {
      return (float) activation.derivative(a);
    }
  }
}
