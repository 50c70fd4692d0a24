package invact.certify.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.Certificate;
import invact.coefficients.internal.ErrorBound;
import invact.numeric.Dtype;
import invact.runtime.internal.ScalarActivation;
import invact.runtime.internal.scalar.FloatFunction;
import invact.runtime.internal.scalar.ScalarFunctions;
import invact.sampling.internal.HalfPrecision;

/**
 * The error in use in a 16-bit dtype, by exhaustion: for every finite input x of the dtype, y as
 * the forward pass of the scalar runtime gives it, g(y, S) as its backward pass computes it in
 * fp32, and an enclosure of f′(x).
 *
 * <p>One instance serves all sets of an activation. Threads may share it.
 */
final class UseError {
  private final Activation activation;
  private final Dtype dtype;
  private final double[] inputs;
  private final float[] outputs;
  private final double[] low;
  private final double[] high;

  /**
   * Encloses f′ at every finite input.
   *
   * @param activation the activation
   * @param dtype bf16 or fp16
   */
  UseError(Activation activation, Dtype dtype) {
    this.activation = activation;
    this.dtype = dtype;
    inputs = HalfPrecision.finiteNumbers(dtype);
    outputs = new float[inputs.length];
    low = new double[inputs.length];
    high = new double[inputs.length];
    FloatFunction forward = ScalarFunctions.forward(activation);
    DerivativeEnclosure derivative = new DerivativeEnclosure(activation);
    for (int i = 0; i < inputs.length; i++) {
      outputs[i] = dtype.decode(dtype.encode(forward.apply((float) inputs[i])));
      Interval exact = derivative.at(inputs[i]);
      low[i] = exact.low();
      high[i] = exact.high();
    }
  }

  /**
   * The largest error of a set.
   *
   * @param set a set of the activation
   * @return its bounds, as near to each other as the enclosures of f′ are narrow
   */
  Certificate.Bounds of(CoefficientSet set) {
    ScalarActivation runtime = new ScalarActivation(set);
    return new Certificate.Bounds(
        of(runtime.derivative(Branch.LEFT, dtype), Branch.LEFT),
        of(runtime.derivative(Branch.RIGHT, dtype), Branch.RIGHT));
  }

  private ErrorBound of(FloatFunction g, Branch branch) {
    double lower = 0;
    double upper = 0;
    double at = activation.argmin();
    for (int i = 0; i < inputs.length; i++) {
      if (activation.branch(inputs[i]) != branch) {
        continue;
      }
      float found = g.apply(outputs[i]);
      if (Float.isNaN(found)) {
        throw noNumber(dtype, inputs[i]);
      }
      Interval error = Interval.of(found).minus(new Interval(low[i], high[i]));
      upper = StrictMath.max(upper, error.magnitude());
      if (error.mignitude() > lower) {
        lower = error.mignitude();
        at = inputs[i];
      }
    }
    return new ErrorBound(lower, upper, at);
  }

  static CertificateException noNumber(Dtype dtype, double x) {
    return new CertificateException(
        "the backward pass in " + dtype.label() + " gives no number at x = " + x);
  }
}
