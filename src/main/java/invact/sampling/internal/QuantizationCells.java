package invact.sampling.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.numeric.Dtype;
import invact.numeric.internal.CompensatedSum;
import invact.numeric.internal.ErrorSummary;
import invact.sampling.Density;
import java.util.ArrayList;
import java.util.List;

/**
 * The quantization cells of an activation in a dtype: for each pair (y, S) of a rounded output and
 * an indicator, the inputs that share it.
 *
 * <p>Inputs are the finite numbers of the dtype, each as likely as the density makes the reals that
 * round to it; outputs are f(x) rounded to the dtype. A decoder knows y and S alone. Of all
 * estimates of f′ from these, the conditional mean over the cell has the least RMS error: the
 * <em>irreducible error</em>. In bf16 and fp16 all inputs are counted, in fp32 a sample of some
 * 16,000 outputs.
 */
public final class QuantizationCells {
  /**
   * The inputs that share one output on one branch.
   *
   * @param branch S
   * @param y the rounded output
   * @param weight the probability of the cell
   * @param mean the mean of f′ over it
   * @param least the smallest f′ in it
   * @param largest the largest f′ in it
   */
  public record Cell(
      Branch branch, double y, double weight, double mean, double least, double largest) {}

  /**
   * One input.
   *
   * @param x the input
   * @param branch S
   * @param y the rounded output
   * @param weight its probability
   * @param derivative f′(x)
   */
  public record Input(double x, Branch branch, double y, double weight, double derivative) {}

  private final List<Input> inputs;
  private final List<Cell> cells;
  private final double irreducibleRms;
  private final double irreducibleMaxAbs;

  private QuantizationCells(List<Input> inputs) {
    this.inputs = List.copyOf(inputs);
    List<Cell> found = new ArrayList<>();
    CompensatedSum squares = new CompensatedSum();
    double max = 0;
    for (int first = 0; first < inputs.size(); ) {
      int end = first + 1;
      while (end < inputs.size() && sameCell(inputs.get(first), inputs.get(end))) {
        end++;
      }
      Cell shared = join(inputs.subList(first, end));
      found.add(shared);
      for (Input input : inputs.subList(first, end)) {
        double error = input.derivative - shared.mean;
        squares.add(input.weight * error * error);
        max = StrictMath.max(max, StrictMath.abs(error));
      }
      first = end;
    }
    cells = List.copyOf(found);
    irreducibleRms = StrictMath.sqrt(squares.value());
    irreducibleMaxAbs = max;
  }

  /**
   * The cells of an activation in a dtype.
   *
   * @param activation the activation
   * @param dtype fp32, bf16 or fp16
   * @param density how often inputs occur; inputs of probability 0 are left out
   * @return the cells
   * @throws IllegalArgumentException if the dtype is fp64, or no input is likely
   */
  public static QuantizationCells of(Activation activation, Dtype dtype, Density density) {
    if (dtype == Dtype.FP64) {
      throw new IllegalArgumentException(
          "outputs have cells in fp32, bf16 and fp16, not in " + dtype.label());
    }
    List<Input> inputs =
        new ArrayList<>(
            dtype == Dtype.FP32
                ? SinglePrecision.inputs(activation, density)
                : halfPrecisionInputs(activation, dtype, density));
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("no input of " + dtype.label() + " is likely");
    }
    sort(inputs);
    return new QuantizationCells(inputs);
  }

  /** By branch and output, and where these are the same in the order given. */
  private static void sort(List<Input> inputs) {
    inputs.sort((a, b) -> {
      int order = a.branch.compareTo(b.branch);
      // −0 is not among the inputs, but on the left it is an output, which compare sorts apart.
      return order == 0 ? Double.compare(a.y, b.y) : order;
    });
  }

  private static List<Input> halfPrecisionInputs(
      Activation activation, Dtype dtype, Density density) {
    double[] x = HalfPrecision.finiteNumbers(dtype);
    List<Input> inputs = new ArrayList<>();
    int last = x.length - 1;
    // Beyond half a step above the largest number, reals round to infinity.
    double overflow = x[last] + (x[last] - x[last - 1]) / 2;
    double[] borders = new double[x.length + 1];
    borders[0] = -overflow;
    borders[last + 1] = overflow;
    for (int i = 1; i <= last; i++) {
      borders[i] = x[i - 1] + (x[i] - x[i - 1]) / 2;
    }
    double[] weights = density.probabilities(borders);
    for (int i = 0; i <= last; i++) {
      double weight = weights[i];
      if (weight > 0) {
        inputs.add(
            new Input(
                x[i],
                activation.branch(x[i]),
                dtype.round(activation.value(x[i])),
                weight,
                activation.derivative(x[i])));
      }
    }
    return inputs;
  }

  /**
   * All inputs, by branch and output.
   *
   * @return an unmodifiable list; probabilities add up to 1 but for what the density puts elsewhere
   */
  public List<Input> inputs() {
    return inputs;
  }

  /**
   * All cells, by branch and output.
   *
   * @return an unmodifiable list
   */
  public List<Cell> cells() {
    return cells;
  }

  /**
   * The RMS error of the conditional mean, which no decoder can go below.
   *
   * @return the irreducible RMS error
   */
  public double irreducibleRms() {
    return irreducibleRms;
  }

  /**
   * The largest error of the conditional mean.
   *
   * @return its absolute value
   */
  public double irreducibleMaxAbs() {
    return irreducibleMaxAbs;
  }

  /**
   * The error of a decoder.
   *
   * @param derivatives what it makes of the output of each input, in the order of {@link #inputs()}
   * @return its error, weighted by the probability of the inputs
   */
  public ErrorSummary error(float[] derivatives) {
    CompensatedSum squares = new CompensatedSum();
    CompensatedSum sum = new CompensatedSum();
    double max = 0;
    double maxAt = inputs.getFirst().x();
    for (int i = 0; i < derivatives.length; i++) {
      double error = derivatives[i] - inputs.get(i).derivative();
      squares.add(inputs.get(i).weight() * error * error);
      sum.add(inputs.get(i).weight() * error);
      if (StrictMath.abs(error) > max) {
        max = StrictMath.abs(error);
        maxAt = inputs.get(i).x();
      }
    }
    return new ErrorSummary(StrictMath.sqrt(squares.value()), sum.value(), max, maxAt);
  }

  private static boolean sameCell(Input a, Input b) {
    return a.branch == b.branch && Double.compare(a.y, b.y) == 0;
  }

  private static Cell join(List<Input> inputs) {
    Input first = inputs.getFirst();
    if (inputs.size() == 1) {
      double mean = first.weight * first.derivative / first.weight;
      return new Cell(
          first.branch, first.y, first.weight, mean, first.derivative, first.derivative);
    }
    CompensatedSum weight = new CompensatedSum();
    CompensatedSum weighted = new CompensatedSum();
    double least = Double.POSITIVE_INFINITY;
    double largest = Double.NEGATIVE_INFINITY;
    for (Input input : inputs) {
      weight.add(input.weight);
      weighted.add(input.weight * input.derivative);
      least = StrictMath.min(least, input.derivative);
      largest = StrictMath.max(largest, input.derivative);
    }
    return new Cell(
        first.branch, first.y, weight.value(), weighted.value() / weight.value(), least, largest);
  }
}
