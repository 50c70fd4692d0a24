package invact.activation.internal;

import invact.activation.Activation;

/**
 * The scale of an activation: the length of x in which its features are a handful of units wide.
 *
 * <p>f(x) = s·g(x/s) has f″(T) = g″(T/s)/s, so that s is told by f″(T). It is rounded to a power of
 * 4: then s and √s are powers of two, and all that is measured in units of s, or of √s in the root
 * of the height, comes out exactly. s = 1 for GELU, SiLU and all else with f″(T) in (0.15, 0.6).
 */
public final class Scale {
  /** The geometric mean of GELU's and SiLU's f″(T), 0.4315 and 0.2178. */
  private static final double USUAL_BEND = 0.3;

  private Scale() {}

  /**
   * The scale of an activation.
   *
   * @param activation the activation
   * @return s, a power of 4
   */
  public static double of(Activation activation) {
    double bend = activation.secondDerivative(activation.argmin()) / USUAL_BEND;
    double power = StrictMath.rint(0.5 * StrictMath.log(bend) / StrictMath.log(2));
    return StrictMath.scalb(1.0, -2 * (int) power);
  }
}
