package invact.evaluate;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficient.BranchApproximant;
import invact.coefficient.CoefficientSet;
import invact.error.ErrorGrid;
import invact.error.ErrorStats;
import invact.math.FloatFormat;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.util.Arrays;

/**
 * The error of a coefficient set's derivative in one format: found minus f′(x), where x is a number of
 * the format and f′(x) exact. In fp64 found is g of the exact f(x); in the other formats it is what a
 * forward and a backward pass with dy = 1 give, roundings of y and of the result included.
 *
 * <p>bf16 and fp16: every finite input of the format. fp32: the points of {@link ErrorGrid} rounded to
 * fp32, and every fp32 number within 2⁻¹⁰ of T, where y has lost most of its information. fp64: the
 * points of {@link ErrorGrid}. All inputs weigh the same, so that RMS and bias speak of no
 * particular distribution.
 *
 * @param set the set
 * @param format the format
 * @param left errors at x &lt; T
 * @param right errors at x ≥ T
 * @param whole errors at all inputs
 */
public record Evaluation(
    CoefficientSet set, FloatFormat format, ErrorStats left, ErrorStats right, ErrorStats whole) {
  private static final double NEIGHBOURHOOD = 0x1p-10;

  /**
   * Evaluates a set in a format.
   *
   * @param set the set
   * @param format the format
   * @return the evaluation
   */
  public static Evaluation of(CoefficientSet set, FloatFormat format) {
    Tally tally = new Tally();
    if (format == FloatFormat.FP64) {
      for (Branch branch : Branch.values()) {
        BranchApproximant approximant = set.piece(branch).approximant();
        for (int i = 0; i < ErrorGrid.size(); i++) {
          double x = ErrorGrid.point(set.activation().argmin(), branch.sign(), i);
          tally.add(branch, x, approximant.derivativeError(x));
        }
      }
    } else if (format == FloatFormat.FP32) {
      evaluate(set, singles(set.activation().argmin()), tally);
    } else {
      evaluate(set, format, finitePatterns(format), tally);
    }
    return new Evaluation(
        set, format, tally.left.stats(), tally.right.stats(), tally.whole.stats());
  }

  private static void evaluate(CoefficientSet set, float[] x, Tally tally) {
    float[] y = new float[x.length];
    float[] dx = new float[x.length];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
    InvertedActivation runtime = specification(set);
    runtime.forward(x, y, indicator);
    Arrays.fill(dx, 1.0f);
    runtime.backward(dx, y, indicator, dx);
    Activation activation = set.activation();
    for (int i = 0; i < x.length; i++) {
      tally.add(activation.branch(x[i]), x[i], dx[i] - activation.derivative(x[i]));
    }
  }

  private static void evaluate(
      CoefficientSet set, FloatFormat format, short[] x, Tally tally) {
    short[] y = new short[x.length];
    short[] dx = new short[x.length];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
    InvertedActivation runtime = specification(set);
    runtime.forward(format, x, y, indicator);
    Arrays.fill(dx, format.encode(1.0f));
    runtime.backward(format, dx, y, indicator, dx);
    Activation activation = set.activation();
    for (int i = 0; i < x.length; i++) {
      double input = format.decode(x[i]);
      double error = format.decode(dx[i]) - activation.derivative(input);
      tally.add(activation.branch(input), input, error);
    }
  }

  private static InvertedActivation specification(CoefficientSet set) {
    return Backends.of("scalar").open(set);
  }

  private static float[] singles(double argmin) {
    int size = ErrorGrid.size();
    float first = (float) (argmin - NEIGHBOURHOOD);
    float last = (float) (argmin + NEIGHBOURHOOD);
    // Neighbours on one side of zero have neighbouring bit patterns; T is well away from it.
    int near = StrictMath.abs(Float.floatToIntBits(first) - Float.floatToIntBits(last)) + 1;
    float[] x = new float[2 * size + near];
    for (int i = 0; i < size; i++) {
      x[i] = (float) ErrorGrid.point(argmin, -1, i);
      x[size + i] = (float) ErrorGrid.point(argmin, 1, i);
    }
    float next = first;
    for (int i = 2 * size; i < x.length; i++) {
      x[i] = next;
      next = StrictMath.nextUp(next);
    }
    return x;
  }

  private static short[] finitePatterns(FloatFormat format) {
    short[] patterns = new short[1 << Short.SIZE];
    int count = 0;
    for (int bits = 0; bits < 1 << Short.SIZE; bits++) {
      if (Float.isFinite(format.decode((short) bits))) {
        patterns[count++] = (short) bits;
      }
    }
    return Arrays.copyOf(patterns, count);
  }

  private static final class Tally {
    private final ErrorStats.Accumulator left = new ErrorStats.Accumulator();
    private final ErrorStats.Accumulator right = new ErrorStats.Accumulator();
    private final ErrorStats.Accumulator whole = new ErrorStats.Accumulator();

    void add(Branch branch, double x, double error) {
      (branch == Branch.LEFT ? left : right).add(x, error);
      whole.add(x, error);
    }
  }
}
