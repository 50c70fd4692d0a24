package invact.cli;

import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchCoefficients;
import invact.form.internal.Form;
import java.io.PrintWriter;
import java.util.List;

/**
 * The default sets, a row a branch.
 *
 * @param sets the sets
 */
record DefaultsReport(List<CoefficientSet> sets) {
  void print(PrintWriter out) {
    TextTable table =
        new TextTable(3, "coefficient set", "branch", "form", "slots", "RMS", "max |e|", "at x");
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        BranchCoefficients piece = set.branch(branch);
        Form form = piece.approximant().approximant().form();
        table.add(
            set.name(),
            branch.label(),
            form.name(),
            Integer.toString(form.cost().slots()),
            Digits.of(piece.derivativeError().rms()),
            Digits.of(piece.derivativeError().maxAbs()),
            Digits.input(piece.derivativeError().maxAbsAt()));
      }
    }
    table.print(out);
  }
}
