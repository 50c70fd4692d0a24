package invact.evaluate.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import invact.sampling.internal.ArgminNeighbourhood;
import invact.sampling.internal.ErrorGrid;
import invact.sampling.internal.HalfPrecision;
import java.util.Arrays;

/**
 * The derivatives that a set gives at the inputs at which {@link invact.evaluate.Evaluation}
 * measures it.
 */
public final class Samples {
  /** Takes samples. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one sample; its error is found minus exact.
     *
     * @param branch the branch; T is a sample of both in fp64
     * @param x the input, a number of the dtype
     * @param found the derivative that the set gives
     * @param exact f′(x)
     * @param isExtra whether it counts for the largest error alone
     */
    void add(Branch branch, double x, double found, double exact, boolean isExtra);
  }

  private Samples() {}

  /**
   * Runs a set over all its samples in a dtype.
   *
   * @param set the set
   * @param dtype the dtype
   * @param sink takes them, those of one branch from T outwards or in ascending patterns
   */
  public static void of(CoefficientSet set, Dtype dtype, Sink sink) {
    Activation f = set.activation();
    switch (dtype) {
      case FP64 -> {
        for (Branch branch : Branch.values()) {
          BranchApproximant approximant = set.branch(branch).approximant();
          for (double x : ErrorGrid.points(f, branch)) {
            sink.add(branch, x, approximant.derivative(f.value(x)), f.derivative(x), false);
          }
        }
      }
      case FP32 -> {
        single(set, ErrorGrid.inSinglePrecision(f), false, sink);
        single(set, ArgminNeighbourhood.inputs(f.argmin()), true, sink);
      }
      case BF16, FP16 -> half(set, dtype, sink);
      default -> throw new AssertionError(dtype);
    }
  }

  private static void single(CoefficientSet set, float[] x, boolean isExtra, Sink sink) {
    float[] y = new float[x.length];
    float[] dx = new float[x.length];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
    InvertedActivation runtime = specification(set);
    runtime.forward(x, y, indicator);
    Arrays.fill(dx, 1.0f);
    runtime.backward(dx, y, indicator, dx);
    for (int i = 0; i < x.length; i++) {
      add(set.activation(), x[i], dx[i], isExtra, sink);
    }
  }

  private static void half(CoefficientSet set, Dtype dtype, Sink sink) {
    short[] x = HalfPrecision.finitePatterns(dtype);
    short[] y = new short[x.length];
    short[] dx = new short[x.length];
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(x.length)];
    InvertedActivation runtime = specification(set);
    runtime.forward(dtype, x, y, indicator);
    Arrays.fill(dx, dtype.encode(1.0f));
    runtime.backward(dtype, dx, y, indicator, dx);
    for (int i = 0; i < x.length; i++) {
      add(set.activation(), dtype.decode(x[i]), dtype.decode(dx[i]), false, sink);
    }
  }

  private static void add(Activation f, double x, double found, boolean isExtra, Sink sink) {
    sink.add(f.branch(x), x, found, f.derivative(x), isExtra);
  }

  private static InvertedActivation specification(CoefficientSet set) {
    return Backends.of("scalar").open(set);
  }
}
