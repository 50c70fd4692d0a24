package invact.evaluate.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.internal.BranchApproximant;
import invact.evaluate.Evaluation;
import invact.form.internal.FloatApproximant;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.ErrorGrid;

/**
 * The errors that approximants of one branch make of their own in fp32: coefficients rounded to it,
 * in its arithmetic, but from the exact height rounded to fp32. What the rounding of y takes away,
 * most of it next to T, is not in them; {@link Evaluation} has it.
 *
 * <p>Measured at the points of {@link ErrorGrid}.
 */
public final class FloatErrors {
  private final Branch branch;
  private final double[] x;
  private final double[] output;
  private final float[] height;
  private final double[] derivative;

  /**
   * The errors of approximants of one branch.
   *
   * @param activation the activation
   * @param branch the branch
   */
  public FloatErrors(Activation activation, Branch branch) {
    this.branch = branch;
    x = ErrorGrid.points(activation, branch);
    output = new double[x.length];
    height = new float[x.length];
    derivative = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      output[i] = activation.value(x[i]);
      height[i] = (float) activation.height(output[i]);
      derivative[i] = activation.derivative(x[i]);
    }
  }

  /**
   * Measures an approximant.
   *
   * @param approximant an approximant of this activation and branch
   * @return the statistics of found minus f′(x)
   * @throws IllegalArgumentException if a coefficient is too large for fp32
   */
  public ErrorStats measure(BranchApproximant approximant) {
    FloatApproximant q = FloatApproximant.of(approximant.approximant());
    ErrorStats.Accumulator errors = new ErrorStats.Accumulator();
    for (int i = 0; i < x.length; i++) {
      // Every runtime decodes y = ±0 on the left as f(−∞).
      double found =
          branch == Branch.LEFT && output[i] >= 0
              ? 0
              : approximant.target().derivative(q.value(height[i]), output[i]);
      errors.add(x[i], found - derivative[i]);
    }
    return errors.stats();
  }
}
