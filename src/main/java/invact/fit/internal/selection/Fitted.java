package invact.fit.internal.selection;

import invact.coefficients.internal.BranchCoefficients;
import invact.form.internal.Form;

/**
 * A candidate for one branch of a default set, with the errors by which it is chosen.
 *
 * @param coefficients the branch
 * @param errors its errors, each of another kind
 */
record Fitted(BranchCoefficients coefficients, double... errors) {
  /** The form. */
  Form form() {
    return coefficients.approximant().approximant().form();
  }

  /** The error of a candidate that has one kind only. */
  double error() {
    return errors[0];
  }
}
