package invact.coefficients.internal;

import invact.coefficients.CoefficientException;
import invact.numeric.Dtype;
import invact.sampling.Density;
import invact.sampling.internal.Sampling;
import java.util.List;
import java.util.Objects;

/** The origin of the coefficients of one branch. */
public sealed interface Provenance {
  /**
   * Printed in a publication.
   *
   * @param source the publication
   * @param note the corrections of misprints
   */
  record Published(String source, String note) implements Provenance {
    /** Requires both texts. */
    public Published {
      Objects.requireNonNull(source, "source");
      Objects.requireNonNull(note, "note");
    }
  }

  /**
   * A least-squares fit to samples of the target. Its figures are errors of the target over the
   * samples.
   *
   * @param sampling the rule by which samples were placed
   * @param rangeLow least input sampled over both branches
   * @param rangeHigh largest input sampled over both branches
   * @param points number of samples on this branch
   * @param sse weighted sum of squared errors
   * @param rms root mean square error
   * @param maxAbs largest absolute error
   * @param maxAbsAt input at which it occurs
   * @param conditionNumber 2-norm condition number of the Jacobian, its columns scaled to length 1
   * @param starts number of starting points tried
   * @param agreeing how many of them led to this result
   * @param seed of the starting points
   */
  record Fitted(
      Sampling sampling,
      double rangeLow,
      double rangeHigh,
      long points,
      double sse,
      double rms,
      double maxAbs,
      double maxAbsAt,
      double conditionNumber,
      int starts,
      int agreeing,
      long seed)
      implements Provenance {
    /**
     * Requires consistent figures.
     *
     * @throws CoefficientException if the range is empty, or more starts agree than there were
     */
    public Fitted {
      Objects.requireNonNull(sampling, "sampling");
      requireRange(rangeLow, rangeHigh);
      requireAgreement(starts, agreeing);
    }
  }

  /**
   * The approximant of least largest error on the exact function; its coefficients are rounded to
   * fp32. The figures are those before rounding. The evidence is the alternation of the error at
   * the reference points, at least as large there as the levelled error.
   *
   * @param rangeLow least input of the branch that was fitted
   * @param rangeHigh largest input of the branch that was fitted
   * @param levelledError least |error| at a reference point
   * @param largestError largest |error| found
   * @param reference inputs at which the error alternates in sign, ascending; borders of segments
   *     may stand twice
   * @param starts number of searches started
   * @param agreeing how many of them ended in this error
   */
  record Minimax(
      double rangeLow,
      double rangeHigh,
      double levelledError,
      double largestError,
      List<Double> reference,
      int starts,
      int agreeing)
      implements Provenance {
    /**
     * Requires consistent figures; copies the reference points.
     *
     * @throws CoefficientException if the range is empty, the reference points do not ascend within
     *     it, or more starts agree than there were
     */
    public Minimax {
      reference = List.copyOf(reference);
      requireRange(rangeLow, rangeHigh);
      double last = Double.NEGATIVE_INFINITY;
      for (double point : reference) {
        if (point < last || point < rangeLow || point > rangeHigh) {
          throw new CoefficientException(
              "reference points do not ascend within the range: " + point);
        }
        last = point;
      }
      requireAgreement(starts, agreeing);
    }
  }

  /**
   * A weighted least-squares fit to the conditional mean E[f′(x) given rounded y]; its coefficients
   * are rounded to fp32.
   *
   * @param dtype the dtype of inputs and outputs
   * @param density the density of the inputs
   * @param points number of distinct outputs on the branch; in fp32 the size of a sample of them
   * @param rms weighted root mean square deviation from the means
   * @param conditionNumber 2-norm condition number of the weighted Jacobian, its columns scaled to
   *     length 1
   */
  record ConditionalMean(
      Dtype dtype, Density density, long points, double rms, double conditionNumber)
      implements Provenance {
    /** Requires dtype and density. */
    public ConditionalMean {
      Objects.requireNonNull(dtype, "dtype");
      Objects.requireNonNull(density, "density");
    }
  }

  private static void requireRange(double low, double high) {
    if (!(low < high)) {
      throw new CoefficientException("rangeLow " + low + " is not below rangeHigh " + high);
    }
  }

  private static void requireAgreement(int starts, int agreeing) {
    if (agreeing > starts) {
      throw new CoefficientException(agreeing + " of " + starts + " starts cannot agree");
    }
  }
}
