package invact.fit.internal.selection;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.fit.FitException;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.util.Objects;

/**
 * What approximators are searched for, and how they are judged: in fp32 by their largest error
 * against the exact function, in bf16 and fp16 by their RMS error over the inputs of the dtype.
 *
 * @param activation the activation
 * @param branch the branch
 * @param dtype the dtype of the tensors: fp32, bf16 or fp16
 * @param density how inputs of a 16-bit dtype are distributed; fp32 is judged without one
 */
public record SearchProblem(Activation activation, Branch branch, Dtype dtype, Density density) {
  /**
   * A problem.
   *
   * @throws FitException if the dtype is fp64, in which nothing is shipped
   */
  public SearchProblem {
    Objects.requireNonNull(activation, "activation");
    Objects.requireNonNull(branch, "branch");
    Objects.requireNonNull(density, "density");
    if (dtype == Dtype.FP64) {
      throw FitException.wrongRequest("a search is for fp32, bf16 or fp16, not for fp64");
    }
  }
}
