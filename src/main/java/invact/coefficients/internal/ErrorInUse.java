package invact.coefficients.internal;

import invact.coefficients.CoefficientException;
import invact.numeric.internal.ErrorSummary;
import java.util.Objects;

/**
 * The error of a set in one dtype: g of the rounded output, computed in fp32 and not yet rounded to
 * the dtype, minus f′(x), for inputs x ~ N(0, 1) rounded to the dtype.
 *
 * @param found the error of the set
 * @param irreducibleRms the least RMS error that any decoder of the rounded output and the
 *     indicator can have, that of the conditional mean
 * @param irreducibleMaxAbs the largest error of that decoder
 */
public record ErrorInUse(ErrorSummary found, double irreducibleRms, double irreducibleMaxAbs) {
  /** Relative slack for the order of summation. */
  private static final double SLACK = 1 + 1e-4;

  /**
   * Requires consistent figures.
   *
   * @throws CoefficientException if the figures contradict each other
   */
  public ErrorInUse {
    Objects.requireNonNull(found, "found");
    require(found.rms() <= found.maxAbs() * SLACK, "an RMS error above the largest error");
    require(
        StrictMath.abs(found.bias()) <= found.rms() * SLACK, "a bias larger than the RMS error");
    require(irreducibleRms <= found.rms() * SLACK, "an RMS error below the irreducible one");
    require(
        irreducibleRms <= irreducibleMaxAbs * SLACK,
        "an irreducible RMS error above its largest error");
  }

  private static void require(boolean possible, String otherwise) {
    if (!possible) {
      throw new CoefficientException(otherwise + " is impossible");
    }
  }
}
