package invact.cli;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.fit.internal.selection.DefaultSets;
import invact.form.internal.Form;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/**
 * The default sets, a row a branch.
 *
 * @param sets the sets
 */
record DefaultsReport(List<CoefficientSet> sets) implements FitReport {
  /** Fits the default sets of some activations, showing progress; {@code found} is told each. */
  static DefaultsReport fit(List<Activation> activations, Consumer<CoefficientSet> found) {
    try (Progress progress = Progress.of("fitting", DefaultSets.count(activations))) {
      return new DefaultsReport(
          DefaultSets.fit(
              activations,
              set -> {
                found.accept(set);
                progress.step();
              }));
    }
  }

  @Override
  public String method() {
    return "fp32: minimax; bf16, fp16: conditional mean for normal(1.0); errors of f' over whole"
        + " branches";
  }

  @Override
  public void print(PrintWriter out) {
    TextTable table =
        new TextTable(
            3, "coefficient set", "branch", "form", "issue slots", "RMS", "max |e|", "at x");
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        BranchCoefficients fit = set.branch(branch);
        Form form = fit.approximant().approximant().form();
        table.add(
            set.name(),
            branch.label(),
            form.name(),
            Integer.toString(form.cost().issueSlots()),
            Digits.of(fit.derivativeError().rms()),
            Digits.of(fit.derivativeError().maxAbs()),
            Digits.input(fit.derivativeError().maxAbsAt()));
      }
    }
    table.print(out);
  }

  @Override
  public String json() {
    return FitReport.json(
        sets.stream().flatMap(set -> Arrays.stream(Branch.values()).map(set::branch)).toList(),
        DefaultsReport::write,
        afterFits -> {});
  }

  private static void write(JsonGenerator json, BranchCoefficients fit) {
    BranchApproximant approximant = fit.approximant();
    json.writeStringProperty("activation", approximant.activation().name());
    json.writeStringProperty("branch", approximant.branch().label());
    json.writeStringProperty("form", approximant.approximant().form().name());
    json.writeNumberProperty("issueSlots", approximant.approximant().form().cost().issueSlots());
    FitReport.writeNumbers(json, "coefficients", approximant.approximant().coefficients());
    json.writeNumberProperty("derivativeRms", fit.derivativeError().rms());
    json.writeNumberProperty("derivativeMaxAbs", fit.derivativeError().maxAbs());
    json.writeNumberProperty("derivativeMaxAbsAt", fit.derivativeError().maxAbsAt());
  }
}
