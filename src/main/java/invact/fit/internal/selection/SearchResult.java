package invact.fit.internal.selection;

import invact.numeric.Dtype;
import java.util.List;

/**
 * All that a search found.
 *
 * @param problem the problem
 * @param findings what came of each candidate, in the order of the candidates
 * @param irreducibleRms the least RMS error of any decoder of rounded outputs, over the branch
 * @param irreducibleMaxAbs the largest error of the decoder that has it
 */
public record SearchResult(
    SearchProblem problem,
    List<Finding> findings,
    double irreducibleRms,
    double irreducibleMaxAbs) {
  /** Copies the list. */
  public SearchResult {
    findings = List.copyOf(findings);
  }

  /**
   * The error by which a finding is judged.
   *
   * @param finding the finding
   * @return the largest error in fp32, the RMS error in bf16 and fp16
   */
  public double error(Finding.Measured finding) {
    return problem.dtype() == Dtype.FP32 ? finding.maxAbs() : finding.rms();
  }

  /**
   * The least error of its kind that a decoder of rounded outputs can have.
   *
   * @return {@link #irreducibleMaxAbs} in fp32, {@link #irreducibleRms} in bf16 and fp16
   */
  public double irreducible() {
    return problem.dtype() == Dtype.FP32 ? irreducibleMaxAbs : irreducibleRms;
  }

  /**
   * The findings that have errors.
   *
   * @return them, in the order of the candidates
   */
  public List<Finding.Measured> measured() {
    return findings.stream()
        .filter(Finding.Measured.class::isInstance)
        .map(Finding.Measured.class::cast)
        .toList();
  }

  /**
   * The findings that have none.
   *
   * @return them, in the order of the candidates
   */
  public List<Finding.Failed> failed() {
    return findings.stream()
        .filter(Finding.Failed.class::isInstance)
        .map(Finding.Failed.class::cast)
        .toList();
  }

  /**
   * The findings worth having: no other has less error at no more cost, or less cost at no more
   * error.
   *
   * @return the Pareto front, by ascending cost and descending error
   */
  public List<Finding.Measured> front() {
    return ParetoFront.of(
        measured(), finding -> finding.candidate().cost().issueSlots(), this::error);
  }
}
