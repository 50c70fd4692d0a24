package invact.evaluate.internal;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import invact.sampling.Density;
import invact.sampling.internal.Intervals;
import invact.sampling.internal.QuantizationCells;
import java.util.Arrays;
import java.util.List;

/**
 * Errors along x, in intervals of equal width that begin at T and go outwards, so that none has
 * inputs of both branches.
 *
 * @param x the middles of the intervals, ascending
 * @param rms the root mean square error in each; NaN where an interval has no input
 * @param largest the largest absolute error in each; NaN where an interval has no input
 */
public record ErrorProfile(double[] x, double[] rms, double[] largest) {
  /** Copies the arrays. */
  public ErrorProfile {
    x = x.clone();
    rms = rms.clone();
    largest = largest.clone();
  }

  /** Gathers errors by interval. */
  private static final class Tally {
    private final Intervals intervals;
    private final double[] weight;
    private final double[] squares;
    private final double[] largest;

    Tally(Intervals intervals) {
      this.intervals = intervals;
      weight = new double[intervals.count()];
      squares = new double[intervals.count()];
      largest = new double[intervals.count()];
      Arrays.fill(largest, Double.NaN);
    }

    void add(double input, double inputWeight, double error) {
      int index = intervals.index(input);
      if (index >= 0 && index < weight.length) {
        weight[index] += inputWeight;
        squares[index] += inputWeight * error * error;
        double size = StrictMath.abs(error);
        largest[index] = Double.isNaN(largest[index]) ? size : Math.max(largest[index], size);
      }
    }

    ErrorProfile profile() {
      double[] x = new double[weight.length];
      double[] rms = new double[weight.length];
      for (int i = 0; i < x.length; i++) {
        x[i] = intervals.from(i) + 0.5 * intervals.width();
        rms[i] = StrictMath.sqrt(squares[i] / weight[i]);
      }
      return new ErrorProfile(x, rms, largest);
    }
  }

  /**
   * The error of the derivative that a set gives for outputs in a 16-bit dtype, before it is
   * rounded to the dtype.
   *
   * @param set the set
   * @param dtype bf16 or fp16
   * @param density how inputs are distributed within an interval
   * @param intervals where
   * @return the profile
   */
  public static ErrorProfile decoded(
      CoefficientSet set, Dtype dtype, Density density, Intervals intervals) {
    List<QuantizationCells.Input> inputs =
        QuantizationCells.of(set.activation(), dtype, density).inputs();
    float[] g = IrreducibleErrorComparison.decode(set, dtype, inputs);
    Tally tally = new Tally(intervals);
    for (int i = 0; i < g.length; i++) {
      QuantizationCells.Input input = inputs.get(i);
      tally.add(input.x(), input.weight(), g[i] - input.derivative());
    }
    return tally.profile();
  }

  /**
   * The irreducible error: that of the conditional mean of the derivative, of all decoders of
   * outputs in a 16-bit dtype the one of least RMS error.
   *
   * @param activation the activation
   * @param dtype bf16 or fp16
   * @param density how inputs are distributed
   * @param intervals where
   * @return the profile
   */
  public static ErrorProfile irreducible(
      Activation activation, Dtype dtype, Density density, Intervals intervals) {
    QuantizationCells outputs = QuantizationCells.of(activation, dtype, density);
    Tally tally = new Tally(intervals);
    // Inputs and classes are in the same order, by branch and output.
    int current = 0;
    for (QuantizationCells.Input input : outputs.inputs()) {
      while (!holds(outputs.cells().get(current), input)) {
        current++;
      }
      double error = outputs.cells().get(current).mean() - input.derivative();
      tally.add(input.x(), input.weight(), error);
    }
    return tally.profile();
  }

  private static boolean holds(QuantizationCells.Cell outputs, QuantizationCells.Input input) {
    return outputs.branch() == input.branch() && Double.compare(outputs.y(), input.y()) == 0;
  }

  /**
   * The error of the fp32 forward pass, in ulp of f(x).
   *
   * @param set a set of the activation
   * @param intervals where
   * @return the profile
   */
  public static ErrorProfile forwardUlp(CoefficientSet set, Intervals intervals) {
    float[] x = intervals.inputs();
    float[] y = new float[x.length];
    Backends.of("scalar").open(set).forward(x, y, new byte[indicatorBytes(x)]);
    Tally tally = new Tally(intervals);
    for (int i = 0; i < x.length; i++) {
      double exact = set.activation().value(x[i]);
      tally.add(x[i], 1, (y[i] - exact) / StrictMath.ulp((float) exact));
    }
    return tally.profile();
  }

  /**
   * The error of the derivative after a forward and a backward pass in fp32, in ulp of f′(x).
   *
   * @param set the set
   * @param intervals where
   * @return the profile
   */
  public static ErrorProfile gradientUlp(CoefficientSet set, Intervals intervals) {
    float[] x = intervals.inputs();
    float[] y = new float[x.length];
    float[] dx = new float[x.length];
    byte[] indicator = new byte[indicatorBytes(x)];
    InvertedActivation runtime = Backends.of("scalar").open(set);
    runtime.forward(x, y, indicator);
    Arrays.fill(dx, 1.0f);
    runtime.backward(dx, y, indicator, dx);
    Tally tally = new Tally(intervals);
    for (int i = 0; i < x.length; i++) {
      double exact = set.activation().derivative(x[i]);
      tally.add(x[i], 1, (dx[i] - exact) / StrictMath.ulp((float) exact));
    }
    return tally.profile();
  }

  private static int indicatorBytes(float[] x) {
    return (int) InvertedActivation.indicatorBytes(x.length);
  }
}
