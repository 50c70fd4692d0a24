package invact.fit.internal.leastsquares;

/**
 * A curve m(x; p) of one variable with p<sub>1</sub> … p<sub>k</sub> as free parameters, and its
 * derivatives with respect to them.
 *
 * <p>An implementation answers any finite {@code x} and parameters, with NaN or an infinity where
 * the curve has no value; it never throws for them. It keeps no state, writes nothing but {@code
 * gradient}, and computes transcendental functions with {@link StrictMath}, so that a fit has the
 * same bits on every machine.
 */
public interface CurveModel {

  /** The number k of parameters, at least 1. */
  int parameterCount();

  /** The value m(x; p). */
  double value(double x, double[] parameters);

  /**
   * Stores the partial derivatives ∂m/∂p<sub>j</sub> at (x; p).
   *
   * @param gradient receives all {@link #parameterCount()} derivatives; its former content is
   *     meaningless
   */
  void gradient(double x, double[] parameters, double[] gradient);
}
