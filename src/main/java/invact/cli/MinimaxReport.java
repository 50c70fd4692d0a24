package invact.cli;

import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.evaluate.internal.FloatErrors;
import invact.fit.FitRequest;
import invact.fit.internal.Evidence;
import invact.fit.internal.minimax.BranchMinimax;
import invact.fit.internal.minimax.MinimaxFit;
import invact.form.internal.Form;
import invact.numeric.internal.ErrorStats;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.core.JsonGenerator;

/**
 * Minimax fits to whole branches, with their evidence.
 *
 * @param sets the sets
 * @param results the fits
 * @param shipped their errors with coefficients rounded to fp32, in its arithmetic
 */
record MinimaxReport(
    List<CoefficientSet> sets, List<BranchMinimax> results, List<ErrorStats> shipped)
    implements FitReport {
  private static final int REFERENCE_WIDTH = 78;

  /** Measures the sets as runtimes compute with them. */
  static MinimaxReport of(List<CoefficientSet> sets, Evidence.Minimax evidence) {
    return new MinimaxReport(
        sets, evidence.fits(), evidence.fits().stream().map(MinimaxReport::shippedError).toList());
  }

  private static ErrorStats shippedError(BranchMinimax fit) {
    BranchApproximant approximant = fit.coefficients().approximant();
    return new FloatErrors(approximant.activation(), approximant.branch()).measure(approximant);
  }

  @Override
  public String method() {
    return "errors of f' over whole branches; fp32 max |e|: coefficients and arithmetic in fp32";
  }

  @Override
  public void print(PrintWriter out) {
    TextTable table =
        new TextTable(
            4,
            "activation",
            "branch",
            "form",
            "target",
            "issue slots",
            "levelled |e|",
            "largest |e|",
            "points",
            "agreeing",
            "fp32 max |e|",
            "at x");
    for (int i = 0; i < results.size(); i++) {
      BranchMinimax result = results.get(i);
      BranchApproximant approximant = result.coefficients().approximant();
      Form form = approximant.approximant().form();
      MinimaxFit fit = result.fit();
      table.add(
          approximant.activation().name(),
          approximant.branch().label(),
          form.name(),
          approximant.target().label(),
          Integer.toString(form.cost().issueSlots()),
          Digits.of(fit.levelledError()),
          Digits.of(fit.largestError()),
          Integer.toString(fit.reference().length),
          fit.agreeing() + "/" + fit.starts(),
          Digits.of(shipped.get(i).maxAbs()),
          Digits.input(shipped.get(i).maxAbsAt()));
    }
    table.print(out);
    for (BranchMinimax result : results) {
      out.println();
      BranchApproximant approximant = result.coefficients().approximant();
      out.println(
          "%s %s %s, reference points:"
              .formatted(
                  approximant.activation().name(),
                  approximant.branch().label(),
                  approximant.target().label()));
      printReference(result.fit().reference(), out);
    }
  }

  private static void printReference(double[] reference, PrintWriter out) {
    StringBuilder line = new StringBuilder();
    for (double x : reference) {
      String text = "  " + Digits.input(x);
      if (line.length() + text.length() > REFERENCE_WIDTH) {
        out.println(line);
        line.setLength(0);
      }
      line.append(text);
    }
    out.println(line);
  }

  @Override
  public String json() {
    return FitReport.json(
        IntStream.range(0, results.size()).boxed().toList(), this::write, afterFits -> {});
  }

  private void write(JsonGenerator json, int index) {
    BranchMinimax result = results.get(index);
    BranchApproximant approximant = result.coefficients().approximant();
    MinimaxFit fit = result.fit();
    json.writeStringProperty("activation", approximant.activation().name());
    json.writeStringProperty("branch", approximant.branch().label());
    json.writeStringProperty("form", approximant.approximant().form().name());
    json.writeStringProperty("target", approximant.target().label());
    json.writeStringProperty("objective", FitRequest.Minimax.LABEL);
    json.writeNumberProperty("issueSlots", approximant.approximant().form().cost().issueSlots());
    FitReport.writeNumbers(json, "coefficients", approximant.approximant().coefficients());
    json.writeNumberProperty("levelledError", fit.levelledError());
    json.writeNumberProperty("largestError", fit.largestError());
    FitReport.writeNumbers(json, "reference", fit.reference());
    FitReport.writeNumbers(json, "referenceErrors", fit.referenceErrors());
    json.writeNumberProperty("derivativeRms", result.coefficients().derivativeError().rms());
    json.writeNumberProperty("derivativeMaxAbs", result.coefficients().derivativeError().maxAbs());
    json.writeNumberProperty(
        "derivativeMaxAbsAt", result.coefficients().derivativeError().maxAbsAt());
    json.writeNumberProperty("fp32MaxAbs", shipped.get(index).maxAbs());
    json.writeNumberProperty("fp32MaxAbsAt", shipped.get(index).maxAbsAt());
    json.writeNumberProperty("starts", fit.starts());
    json.writeNumberProperty("agreeing", fit.agreeing());
    // A fit that is not level is a failure, never a result.
    json.writeBooleanProperty("converged", true);
  }
}
