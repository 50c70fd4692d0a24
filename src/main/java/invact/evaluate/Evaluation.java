package invact.evaluate;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import invact.sampling.internal.ArgminNeighbourhood;
import invact.sampling.internal.ErrorGrid;
import invact.sampling.internal.HalfPrecision;
import java.util.Arrays;

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
    Tally tally = new Tally(set.activation());
    switch (dtype) {
      case FP64 -> measureApproximants(set, tally);
      case FP32 -> {
        float[] grid = ErrorGrid.inSinglePrecision(set.activation());
        float[] neighbours = ArgminNeighbourhood.inputs(set.activation().argmin());
        double[] found = derivatives(set, grid);
        for (int i = 0; i < grid.length; i++) {
          tally.add(grid[i], found[i]);
        }
        found = derivatives(set, neighbours);
        for (int i = 0; i < neighbours.length; i++) {
          tally.addExtreme(neighbours[i], found[i]);
        }
      }
      case BF16, FP16 -> {
        short[] x = HalfPrecision.finitePatterns(dtype);
        double[] found = derivatives(set, dtype, x);
        for (int i = 0; i < x.length; i++) {
          tally.add(dtype.decode(x[i]), found[i]);
        }
      }
      default -> throw new AssertionError(dtype);
    }
    return new Evaluation(set, dtype, tally.left.stats(), tally.right.stats(), tally.whole.stats());
  }

  private static void measureApproximants(CoefficientSet set, Tally tally) {
    for (Branch branch : Branch.values()) {
      BranchApproximant approximant = set.branch(branch).approximant();
      for (double x : ErrorGrid.points(set.activation(), branch)) {
        tally.addError(branch, x, approximant.derivativeError(x));
      }
    }
  }

  private static double[] derivatives(CoefficientSet set, float[] x) {
    float[] y = new float[x.length];
    float[] dx = new float[x.length];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
    InvertedActivation runtime = specification(set);
    runtime.forward(x, y, indicator);
    Arrays.fill(dx, 1.0f);
    runtime.backward(dx, y, indicator, dx);
    double[] derivatives = new double[x.length];
    Arrays.setAll(derivatives, i -> dx[i]);
    return derivatives;
  }

  private static double[] derivatives(CoefficientSet set, Dtype dtype, short[] x) {
    short[] y = new short[x.length];
    short[] dx = new short[x.length];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
    InvertedActivation runtime = specification(set);
    runtime.forward(dtype, x, y, indicator);
    Arrays.fill(dx, dtype.encode(1.0f));
    runtime.backward(dtype, dx, y, indicator, dx);
    double[] derivatives = new double[x.length];
    Arrays.setAll(derivatives, i -> dtype.decode(dx[i]));
    return derivatives;
  }

  private static InvertedActivation specification(CoefficientSet set) {
    return Backends.of("scalar").open(set);
  }

  private static final class Tally {
    private final Activation activation;
    private final ErrorStats.Accumulator left = new ErrorStats.Accumulator();
    private final ErrorStats.Accumulator right = new ErrorStats.Accumulator();
    private final ErrorStats.Accumulator whole = new ErrorStats.Accumulator();

    Tally(Activation activation) {
      this.activation = activation;
    }

    void add(double x, double found) {
      addError(activation.branch(x), x, found - activation.derivative(x));
    }

    void addError(Branch branch, double x, double error) {
      side(branch).add(x, error);
      whole.add(x, error);
    }

    void addExtreme(double x, double found) {
      double error = found - activation.derivative(x);
      side(activation.branch(x)).addExtreme(x, error);
      whole.addExtreme(x, error);
    }

    private ErrorStats.Accumulator side(Branch branch) {
      return branch == Branch.LEFT ? left : right;
    }
  }
}
