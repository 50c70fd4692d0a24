package invact.coefficient;

/** Where the coefficients of one branch came from. */
public sealed interface Origin {
  /**
   * Printed in a publication.
   *
   * @param source where
   * @param note how the printed numbers were read
   */
  record Published(String source, String note) implements Origin {}

  /**
   * The result of a fit to samples of the target. Its figures are in the target's own space, over
   * the samples.
   *
   * @param objective what was minimised
   * @param sampling how the samples were laid out
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
      String objective,
      String sampling,
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
      implements Origin {}
}
