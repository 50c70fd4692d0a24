package invact.evaluate;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.BranchApproximant;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import invact.sampling.internal.ErrorGrid;
import java.util.Arrays;

/**
 * The error of a coefficient set's derivative in one format: found minus f′(x), where x is a number
 * of the format and f′(x) exact. In fp64 found is g of the exact f(x); in the other formats it is
 * what a forward and a backward pass with dy = 1 give, roundings of y and of the result included.
 *
 * <p>Measured at: bf16 and fp16, every finite input of the format; fp64, the points of {@link
 * ErrorGrid}; fp32, those points rounded to fp32, and for the largest error alone also every fp32
 * number within 2⁻¹⁰ of T (nearer to 0 than 1/8, only some 2⁻²⁷ apart), where y has lost most of
 * its information. All inputs weigh the same, so that RMS and bias speak of no particular
 * distribution.
 *
 * @param set the set
 * @param format the format
 * @param left errors at x &lt; T
 * @param right errors at x ≥ T
 * @param whole errors at all inputs
 */
public record Evaluation(
    CoefficientSet set, Dtype format, ErrorStats left, ErrorStats right, ErrorStats whole) {
  private static final double NEIGHBOURHOOD = 0x1p-10;

  /** Half the spacing of numbers from 1/8 on. If T is nearer to 0, not all of them are tried. */
  private static final float STEP = 0x1p-27f;

  /**
   * Evaluates a set in a format.
   *
   * @param set the set
   * @param format the format
   * @return the evaluation
   */
  public static Evaluation of(CoefficientSet set, Dtype format) {
    Tally tally = new Tally(set.activation());
    switch (format) {
      case FP64 -> measureApproximants(set, tally);
      case FP32 -> {
        float[] grid = grid(set.activation());
        float[] neighbours = neighbours(set.activation().argmin());
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
        short[] x = finitePatterns(format);
        double[] found = derivatives(set, format, x);
        for (int i = 0; i < x.length; i++) {
          tally.add(format.decode(x[i]), found[i]);
        }
      }
      default -> throw new AssertionError(format);
    }
    return new Evaluation(
        set, format, tally.left.stats(), tally.right.stats(), tally.whole.stats());
  }

  private static void measureApproximants(CoefficientSet set, Tally tally) {
    for (Branch branch : Branch.values()) {
      BranchApproximant approximant = set.piece(branch).approximant();
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

  private static double[] derivatives(CoefficientSet set, Dtype format, short[] x) {
    short[] y = new short[x.length];
    short[] dx = new short[x.length];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
    InvertedActivation runtime = specification(set);
    runtime.forward(format, x, y, indicator);
    Arrays.fill(dx, format.encode(1.0f));
    runtime.backward(format, dx, y, indicator, dx);
    double[] derivatives = new double[x.length];
    Arrays.setAll(derivatives, i -> format.decode(dx[i]));
    return derivatives;
  }

  private static InvertedActivation specification(CoefficientSet set) {
    return Backends.of("scalar").open(set);
  }

  private static float[] grid(Activation activation) {
    double[] left = ErrorGrid.points(activation, Branch.LEFT);
    double[] right = ErrorGrid.points(activation, Branch.RIGHT);
    float[] x = new float[left.length + right.length];
    for (int i = 0; i < left.length; i++) {
      x[i] = (float) left[i];
      x[left.length + i] = (float) right[i];
    }
    return x;
  }

  private static float[] neighbours(double argmin) {
    float first = (float) (argmin - NEIGHBOURHOOD);
    float last = (float) (argmin + NEIGHBOURHOOD);
    float[] x = new float[(int) ((last - first) / STEP) + 2];
    int count = 0;
    for (float next = first;
        next <= last;
        next = StrictMath.max(next + STEP, StrictMath.nextUp(next))) {
      x[count++] = next;
    }
    return Arrays.copyOf(x, count);
  }

  private static short[] finitePatterns(Dtype format) {
    short[] patterns = new short[1 << Short.SIZE];
    int count = 0;
    for (int bits = 0; bits < patterns.length; bits++) {
      if (Float.isFinite(format.decode((short) bits))) {
        patterns[count++] = (short) bits;
      }
    }
    return Arrays.copyOf(patterns, count);
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
