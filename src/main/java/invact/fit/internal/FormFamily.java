package invact.fit.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.form.internal.Form;
import invact.form.internal.Forms;
import invact.form.internal.PaperGeluLeft;
import invact.form.internal.PaperRight;
import invact.form.internal.PaperSiluLeft;

/** Forms that belong together: one for each branch of each activation. */
public sealed interface FormFamily {
  /** The forms of the paper. */
  FormFamily PAPER = new Paper();

  /**
   * The name in names of coefficient sets.
   *
   * @return a lower-case name
   */
  String label();

  /**
   * The form for one branch.
   *
   * @param activation the activation
   * @param branch the branch
   * @return the form
   */
  Form form(Activation activation, Branch branch);

  /**
   * The forms of a name.
   *
   * @param text {@code paper}, or the name of a form ({@link Forms#families}), or the names of a
   *     left and a right form with a comma between them
   * @return the forms
   * @throws IllegalArgumentException if there is no such form, the left one has a cut-off, or the
   *     right one neither a cut-off nor the limit 1
   */
  static FormFamily of(String text) {
    if (text.equals(PAPER.label())) {
      return PAPER;
    }
    String[] names = text.split(",", -1);
    if (names.length > 2) {
      throw new IllegalArgumentException(
          "'" + text + "' names " + names.length + " forms: write LEFT,RIGHT");
    }
    return new Named(names[0], names[names.length - 1]);
  }

  /**
   * The forms of Novikov and Oseledets, arXiv 2407.15545, section 5.1. The left form is GELU's
   * where f falls off as GELU does, faster than an exponential (GELU, GELU-tanh), else SiLU's
   * (SiLU, Swish, Mish). The other one's sum of squares is 8 to 72 times as large, measured for
   * these on the default design.
   */
  record Paper() implements FormFamily {
    /** Between SiLU's and Mish's 1.08 and GELU's 1.67. */
    private static final double FASTER_THAN_EXPONENTIAL = 1.4;

    @Override
    public String label() {
      return "paper";
    }

    @Override
    public Form form(Activation activation, Branch branch) {
      if (branch == Branch.RIGHT) {
        return new PaperRight();
      }
      return tailGrowth(activation) > FASTER_THAN_EXPONENTIAL
          ? new PaperGeluLeft(-activation.minimum())
          : new PaperSiluLeft();
    }

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
  }

  /**
   * Forms chosen by name, the same for all activations.
   *
   * @param left the name of the left branch's form
   * @param right the name of the right branch's form
   */
  record Named(String left, String right) implements FormFamily {
    /**
     * A choice.
     *
     * @throws IllegalArgumentException if there is no such form, the left one has a cut-off, or the
     *     right one neither a cut-off nor the limit 1
     */
    public Named {
      if (!requireForm(right).endsInOne()) {
        throw new IllegalArgumentException(
            right
                + " does not tend to f′ = 1 and cannot serve the right branch: end its name in"
                + " -cut-U, such as "
                + right
                + "-cut-5.25, and write LEFT,RIGHT");
      }
      if (requireForm(left).cutoff() < Double.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            left + " ends in f′ = 1 and cannot serve the left branch: write LEFT,RIGHT");
      }
    }

    @Override
    public String label() {
      return left.equals(right) ? left : left + "-and-" + right;
    }

    @Override
    public Form form(Activation activation, Branch branch) {
      return Forms.of(branch == Branch.LEFT ? left : right, -activation.minimum());
    }

    /** Whether a name is a form's does not depend on the activation. */
    private static Form requireForm(String name) {
      try {
        return Forms.of(name, 1.0);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(e.getMessage() + "; or paper", e);
      }
    }
  }
}
