package invact.fit.internal.selection;

import invact.coefficients.internal.BranchApproximant;
import invact.evaluate.internal.FloatErrors;
import invact.fit.FitException;
import invact.internal.arithmetic.Derivative;
import invact.numeric.Dtype;
import invact.numeric.internal.CompensatedSum;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.QuantizationCells;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures approximants of one branch in fp32 arithmetic, and the irreducible error beside them.
 *
 * <p>For fp32 the height is exact ({@link FloatErrors}): the error is the approximant's own. The
 * rounding of y, which makes the irreducible error, would hide it next to T. For bf16 and fp16 the
 * error is taken over all inputs, from the rounded output, weighted by their probabilities on the
 * branch.
 */
final class BranchErrors {
  private final SearchProblem problem;
  private final QuantizationCells outputs;
  private final List<QuantizationCells.Input> inputs;
  private final FloatErrors floatErrors;
  private final double irreducibleRms;
  private final double irreducibleMaxAbs;

  /**
   * Prepares to measure.
   *
   * @throws FitException if the density has no inputs on the branch
   */
  BranchErrors(SearchProblem problem, QuantizationCells outputs) {
    this.problem = problem;
    this.outputs = outputs;
    inputs = outputs.inputs().stream().filter(input -> input.branch() == problem.branch()).toList();
    if (inputs.isEmpty()) {
      throw FitException.wrongRequest(
          problem.density().description()
              + " has no inputs on the "
              + problem.branch().label()
              + " branch of "
              + problem.activation().name()
              + ": take a wider density");
    }
    floatErrors = new FloatErrors(problem.activation(), problem.branch());
    List<Double> means = new ArrayList<>();
    for (QuantizationCells.Cell each : outputs.cells()) {
      if (each.branch() == problem.branch()) {
        means.add(each.mean());
      }
    }
    int[] next = {0};
    Weighted irreducible = weigh(y -> means.get(next[0]++));
    irreducibleRms = irreducible.rms;
    irreducibleMaxAbs = irreducible.maxAbs;
  }

  QuantizationCells outputs() {
    return outputs;
  }

  double irreducibleRms() {
    return irreducibleRms;
  }

  double irreducibleMaxAbs() {
    return irreducibleMaxAbs;
  }

  /**
   * Measures a candidate; fails it if a coefficient is too large for fp32, or the derivative is not
   * finite somewhere.
   */
  Finding measure(Candidate candidate, BranchApproximant approximant) {
    Derivative g;
    try {
      // In fp32 too: it refuses what no runtime opens.
      g = Derivative.of(approximant, problem.dtype());
    } catch (IllegalArgumentException e) {
      return new Finding.Failed(candidate, e.getMessage());
    }
    Finding.Measured found;
    if (problem.dtype() == Dtype.FP32) {
      ErrorStats errors = floatErrors.measure(approximant);
      found = new Finding.Measured(candidate, errors.rms(), errors.bias(), errors.maxAbs());
    } else {
      Weighted errors = weigh(g::value);
      found = new Finding.Measured(candidate, errors.rms, errors.bias, errors.maxAbs);
    }
    return Double.isFinite(found.rms() + found.maxAbs())
        ? found
        : new Finding.Failed(candidate, "not finite in fp32 arithmetic");
  }

  private interface Decoder {
    double value(float y);
  }

  private record Weighted(double rms, double bias, double maxAbs) {}

  /** The errors of a decoder, which is asked once for each output, in ascending order. */
  private Weighted weigh(Decoder decoder) {
    CompensatedSum weights = new CompensatedSum();
    CompensatedSum squares = new CompensatedSum();
    CompensatedSum sum = new CompensatedSum();
    double maxAbs = 0;
    double y = Double.NaN;
    double decoded = Double.NaN;
    for (QuantizationCells.Input input : inputs) {
      if (Double.compare(input.y(), y) != 0) {
        y = input.y();
        decoded = decoder.value((float) y);
      }
      double error = decoded - input.derivative();
      weights.add(input.weight());
      squares.add(input.weight() * error * error);
      sum.add(input.weight() * error);
      maxAbs = StrictMath.max(maxAbs, StrictMath.abs(error));
    }
    return new Weighted(
        StrictMath.sqrt(squares.value() / weights.value()), sum.value() / weights.value(), maxAbs);
  }
}
