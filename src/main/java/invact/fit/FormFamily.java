package invact.fit;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.approx.Form;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.PaperSiluLeft;

/** Forms that belong together: one for each branch of each activation. */
public enum FormFamily {
  /**
   * The forms of Novikov and Oseledets, arXiv 2407.15545, section 5.1. The left form is GELU's
   * where f falls off as GELU does, faster than an exponential (GELU, GELU-tanh), else SiLU's
   * (SiLU, Swish, Mish). The other one's sum of squares is 8 to 72 times as large, measured for
   * these on the default design.
   */
  PAPER("paper") {
    @Override
    public Form form(Activation activation, Branch branch) {
      if (branch == Branch.RIGHT) {
        return new PaperRight();
      }
      return tailGrowth(activation) > FASTER_THAN_EXPONENTIAL
          ? new PaperGeluLeft(-activation.minimum())
          : new PaperSiluLeft();
    }
  };

  /** Between SiLU's and Mish's 1.08 and GELU's 1.67. */
  private static final double FASTER_THAN_EXPONENTIAL = 1.4;

  private final String label;

  FormFamily(String label) {
    this.label = label;
  }

  /**
   * The name on the command line and in names of coefficient sets.
   *
   * @return a lower-case name
   */
  public String label() {
    return label;
  }

  /**
   * The form for one branch.
   *
   * @param activation the activation
   * @param branch the branch
   * @return the form
   */
  public abstract Form form(Activation activation, Branch branch);

  /**
   * How f′/f grows along the left tail, from where f is 1e-2 of its minimum to where it is 1e-6:
   * not at all for an exponential tail.
   */
  private static double tailGrowth(Activation activation) {
    double near = activation.inverse(1e-2 * activation.minimum(), Branch.LEFT);
    double far = activation.inverse(1e-6 * activation.minimum(), Branch.LEFT);
    return activation.derivative(far)
        / activation.value(far)
        / (activation.derivative(near) / activation.value(near));
  }

  /**
   * The form of a name.
   *
   * @param label a name as {@link #label()} gives it
   * @return the form
   * @throws IllegalArgumentException if no form has that name
   */
  public static FormFamily of(String label) {
    for (FormFamily form : values()) {
      if (form.label.equals(label)) {
        return form;
      }
    }
    throw new IllegalArgumentException("unknown form '" + label + "': use paper");
  }
}
