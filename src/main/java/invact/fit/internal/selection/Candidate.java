package invact.fit.internal.selection;

import invact.activation.Target;
import invact.form.internal.Family;
import invact.form.internal.Form;
import invact.form.internal.Forms;
import invact.internal.program.Cost;

/**
 * An approximator to be tried.
 *
 * @param form its form
 * @param target what the form approximates
 * @param method where its coefficients come from
 */
public record Candidate(Form form, Target target, Method method) {
  /** From σ to f′ = σ + y·(1 − σ): a subtraction and a fused multiply-add. */
  private static final Cost FROM_SIGMOID = new Cost(2, 0, 0, 0, 0);

  /**
   * What it costs at run time, from the height to the derivative.
   *
   * @return the instructions for one element
   */
  public Cost cost() {
    return target == Target.SIGMOID ? form.cost().plus(FROM_SIGMOID) : form.cost();
  }

  /**
   * Whether the form is one of the paper's.
   *
   * @return true if so
   */
  public boolean isPaper() {
    return kind() == Family.Kind.PAPER;
  }

  /**
   * The kind of the form's family.
   *
   * @return the kind
   */
  public Family.Kind kind() {
    return Forms.family(form.spec().family()).kind();
  }
}
