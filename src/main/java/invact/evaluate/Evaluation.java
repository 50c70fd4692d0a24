package invact.evaluate;

import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.evaluate.internal.Samples;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.ArgminNeighbourhood;
import invact.sampling.internal.ErrorGrid;

/**
 * The error of a coefficient set's derivative in one dtype: found minus f′(x), where x is a number
 * of the dtype and f′(x) exact. In fp64 found is g of the exact f(x); in the other dtypes it is
 * what a forward and a backward pass with dy = 1 give, roundings of y and of the result included.
 *
 * <p>Measured at: bf16 and fp16, every finite input of the dtype; fp64, the points of {@link
 * ErrorGrid}; fp32, those points rounded to fp32, and for the largest error alone also {@link
 * ArgminNeighbourhood}. All inputs weigh the same, so that RMS and bias speak of no particular
 * distribution.
 *
 * @param set the set
 * @param dtype the dtype
 * @param left errors at x &lt; T
 * @param right errors at x ≥ T
 * @param whole errors at all inputs
 */
public record Evaluation(
    CoefficientSet set, Dtype dtype, ErrorStats left, ErrorStats right, ErrorStats whole) {
  /**
   * Evaluates a set in a dtype.
   *
   * @param set the set
   * @param dtype the dtype
   * @return the evaluation
   */
  public static Evaluation of(CoefficientSet set, Dtype dtype) {
    Tally tally = new Tally();
    Samples.of(set, dtype, tally::add);
    return new Evaluation(set, dtype, tally.left.stats(), tally.right.stats(), tally.whole.stats());
  }

  private static final class Tally {
    private final ErrorStats.Accumulator left = new ErrorStats.Accumulator();
    private final ErrorStats.Accumulator right = new ErrorStats.Accumulator();
    private final ErrorStats.Accumulator whole = new ErrorStats.Accumulator();

    void add(Branch branch, double x, double found, double exact, boolean isExtra) {
      double error = found - exact;
      if (isExtra) {
        side(branch).addExtreme(x, error);
        whole.addExtreme(x, error);
      } else {
        side(branch).add(x, error);
        whole.add(x, error);
      }
    }

    private ErrorStats.Accumulator side(Branch branch) {
      return branch == Branch.LEFT ? left : right;
    }
  }
}
