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
 * <p>GELU and SiLU are polynomials on segments ({@link FloatSegments}) up to some |x|, and from
 * there, with t = |x|, max(x, 0) + f(−t), the latter by an exponential ({@link FloatExponential}).
 *
 * <p>NaN gives NaN, ±0 themselves, +∞ itself and −∞ −0.
 */
public interface FloatActivation {
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
