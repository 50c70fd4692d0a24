package invact.coefficients.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.form.internal.FloatApproximant;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import invact.sampling.internal.Densities;
import invact.sampling.internal.QuantizationCells;
import java.util.List;

/**
 * Compares the errors in use that a set claims with errors that are measured here: q in fp32 as the
 * runtimes compute it, f′ from q in fp64.
 */
final class ErrorInUseCheck {
  /**
   * Absolute difference allowed: f′ from q in fp32 has other roundings, of numbers up to 1.2, the
   * largest f′.
   */
  private static final double TOLERANCE = 5e-7;

  /** Relative difference allowed: another program may take other inputs in fp32. */
  private static final double RELATIVE_TOLERANCE = 1e-3;

  private ErrorInUseCheck() {}

  /**
   * Requires that the errors of a set are those that are measured.
   *
   * @param set a set with errors in use
   * @throws CoefficientException about the first that is not; one line: key, reason
   */
  static void require(CoefficientSet set) {
    for (Dtype dtype : PerDtype.DTYPES) {
      require(set, dtype, set.errorInUse().orElseThrow().get(dtype));
    }
  }

  private static void require(CoefficientSet set, Dtype dtype, ErrorInUse claimed) {
    QuantizationCells cells = QuantizationCells.of(set.activation(), dtype, Densities.USUAL);
    ErrorSummary found = cells.error(derivatives(set, dtype, cells.inputs()));
    String path = "errorInUse." + dtype.label() + ".";
    require(path + "rms", claimed.found().rms(), found.rms());
    require(path + "bias", claimed.found().bias(), found.bias());
    require(path + "maxAbs", claimed.found().maxAbs(), found.maxAbs());
    require(path + "irreducibleRms", claimed.irreducibleRms(), cells.irreducibleRms());
    require(path + "irreducibleMaxAbs", claimed.irreducibleMaxAbs(), cells.irreducibleMaxAbs());
  }

  private static void require(String key, double claimed, double found) {
    double tolerance = StrictMath.max(TOLERANCE, RELATIVE_TOLERANCE * StrictMath.abs(claimed));
    if (!(StrictMath.abs(found - claimed) <= tolerance)) {
      throw JsonObject.failureAt(key, "is " + claimed + ", but the coefficients give " + found);
    }
  }

  private static float[] derivatives(
      CoefficientSet set, Dtype dtype, List<QuantizationCells.Input> inputs) {
    Activation activation = set.activation();
    RoundedHeight height = set.decoding().get(dtype);
    float[] derivatives = new float[inputs.size()];
    for (Branch branch : Branch.values()) {
      BranchApproximant approximant = set.branch(branch).approximant();
      FloatApproximant q = FloatApproximant.of(approximant.approximant());
      for (int i = 0; i < derivatives.length; i++) {
        QuantizationCells.Input input = inputs.get(i);
        if (input.branch() != branch) {
          continue;
        }
        QuantizationCells.Input before = inputs.get(StrictMath.max(i - 1, 0));
        // Inputs come by branch and output.
        derivatives[i] =
            i > 0 && before.branch() == branch && before.y() == input.y()
                ? derivatives[i - 1]
                : branch == Branch.LEFT && input.y() >= 0
                    ? 0
                    : (float)
                        approximant
                            .target()
                            .derivative(q.value(height.of((float) input.y())), input.y());
      }
    }
    return derivatives;
  }
}
