package invact.evaluate.internal;

import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.internal.arithmetic.Derivative;
import invact.internal.program.Interpreter;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.sampling.Density;
import invact.sampling.internal.QuantizationCells;
import java.util.Arrays;
import java.util.List;

/**
 * A coefficient set beside the best that any decoder of rounded outputs can do ({@link
 * QuantizationCells}): errors of g, in fp32 before it is rounded to the dtype, weighted by the
 * density of the inputs.
 *
 * @param set the set
 * @param dtype fp32, bf16 or fp16
 * @param rms root mean square error
 * @param bias mean error
 * @param maxAbs largest absolute error at an input of positive probability
 * @param maxAbsAt the input at which it occurs
 * @param irreducibleRms the least RMS error that a decoder can have
 * @param irreducibleMaxAbs the largest absolute error of the decoder that has it
 */
public record IrreducibleErrorComparison(
    CoefficientSet set,
    Dtype dtype,
    double rms,
    double bias,
    double maxAbs,
    double maxAbsAt,
    double irreducibleRms,
    double irreducibleMaxAbs) {
  /**
   * Compares a set with the irreducible error.
   *
   * @param set the set
   * @param dtype fp32, bf16 or fp16
   * @param density how inputs are distributed
   * @return the comparison
   * @throws IllegalArgumentException if the dtype is fp64
   */
  public static IrreducibleErrorComparison of(CoefficientSet set, Dtype dtype, Density density) {
    return of(set, dtype, QuantizationCells.of(set.activation(), dtype, density));
  }

  /**
   * Compares a set with the irreducible error, over cells that were counted before.
   *
   * @param set the set
   * @param dtype fp32, bf16 or fp16
   * @param classes the classes of the set's activation in the dtype
   * @return the comparison
   */
  static IrreducibleErrorComparison of(CoefficientSet set, Dtype dtype, QuantizationCells classes) {
    ErrorSummary error = classes.error(decode(set, dtype, classes.inputs()));
    return new IrreducibleErrorComparison(
        set,
        dtype,
        error.rms(),
        error.bias(),
        error.maxAbs(),
        error.maxAbsAt(),
        classes.irreducibleRms(),
        classes.irreducibleMaxAbs());
  }

  /**
   * How near to the irreducible error the set is.
   *
   * @return rms/irreducibleRms, at least 1 but for rounding
   */
  public double ratio() {
    return rms / irreducibleRms;
  }

  /** g of each input's output, in fp32 before it is rounded to the dtype. */
  static float[] decode(CoefficientSet set, Dtype dtype, List<QuantizationCells.Input> inputs) {
    float[] g = new float[inputs.size()];
    for (Branch branch : Branch.values()) {
      decode(set.branch(branch).approximant(), set.decoding().get(dtype), branch, inputs, g);
    }
    return g;
  }

  /** g of the inputs on one branch. */
  private static void decode(
      BranchApproximant approximant,
      RoundedHeight height,
      Branch branch,
      List<QuantizationCells.Input> inputs,
      float[] g) {
    // Inputs come by branch and output; those that share both share g.
    float[] outputs = new float[inputs.size()];
    int[] place = new int[inputs.size()];
    int count = 0;
    for (int i = 0; i < g.length; i++) {
      QuantizationCells.Input input = inputs.get(i);
      if (input.branch() == branch) {
        float y = (float) input.y();
        if (count == 0 || Float.compare(outputs[count - 1], y) != 0) {
          outputs[count++] = y;
        }
        place[i] = count;
      }
    }
    float[] found =
        Interpreter.values(
            Derivative.computation(approximant, height), Arrays.copyOf(outputs, count));
    for (int i = 0; i < g.length; i++) {
      if (place[i] > 0) {
        g[i] = found[place[i] - 1];
      }
    }
  }
}
