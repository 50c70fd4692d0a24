package invact.fit;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.approx.Form;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.PaperSiluLeft;

/** Forms that belong together: one for each branch of each activation. */
public enum FormFamily {
  /** The forms of Novikov and Oseledets, arXiv 2407.15545, section 5.1. */
  PAPER("paper") {
    @Override
    public Form form(Activation activation, Branch branch) {
      if (branch == Branch.RIGHT) {
        return new PaperRight();
      }
      return activation.equals(Activations.GELU)
          ? new PaperGeluLeft(-activation.minimum())
          : new PaperSiluLeft();
    }
  };

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
