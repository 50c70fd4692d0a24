package invact.fit.internal.selection;

/** What came of a candidate. */
public sealed interface Finding {
  /**
   * The candidate.
   *
   * @return the candidate
   */
  Candidate candidate();

  /**
   * It was fitted, and measured as it would be shipped: coefficients rounded to fp32, evaluated in
   * fp32 arithmetic.
   *
   * @param candidate the candidate
   * @param rms root mean square error of f′
   * @param bias mean error
   * @param maxAbs largest absolute error
   */
  record Measured(Candidate candidate, double rms, double bias, double maxAbs) implements Finding {}

  /**
   * There is no such approximant: a pole, no convergence, or more than fp32 can hold.
   *
   * @param candidate the candidate
   * @param reason why, in one line
   */
  record Failed(Candidate candidate, String reason) implements Finding {}
}
