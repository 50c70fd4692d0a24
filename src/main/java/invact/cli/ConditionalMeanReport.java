package invact.cli;

import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.evaluate.internal.IrreducibleErrorComparison;
import invact.fit.FitRequest;
import invact.fit.internal.Evidence;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Fits to the conditional mean, and how near they come to the irreducible error.
 *
 * @param sets the sets
 * @param comparisons each set beside the irreducible error
 * @param density the density of the inputs, which weighs the errors
 */
record ConditionalMeanReport(
    List<CoefficientSet> sets, List<IrreducibleErrorComparison> comparisons, String density)
    implements FitReport {
  /** Compares the sets with the irreducible error. */
  static ConditionalMeanReport of(List<CoefficientSet> sets, Evidence.ConditionalMean evidence) {
    Dtype dtype = evidence.method().dtype();
    Density density = evidence.method().density();
    return new ConditionalMeanReport(
        sets,
        sets.stream().map(set -> IrreducibleErrorComparison.of(set, dtype, density)).toList(),
        density.description());
  }

  @Override
  public String method() {
    return "errors of f' weighted by " + density + "; irreducible: the least RMS of any decoder";
  }

  @Override
  public void print(PrintWriter out) {
    TextTable table =
        new TextTable(
            4,
            "activation",
            "dtype",
            "left form",
            "right form",
            "RMS",
            "irreducible",
            "ratio",
            "bias",
            "max |e|",
            "irreducible");
    for (IrreducibleErrorComparison comparison : comparisons) {
      table.add(
          comparison.set().activation().name(),
          comparison.dtype().label(),
          form(comparison.set().left()),
          form(comparison.set().right()),
          Digits.of(comparison.rms()),
          Digits.of(comparison.irreducibleRms()),
          Digits.ratio(comparison.ratio()),
          Digits.of(comparison.bias()),
          Digits.of(comparison.maxAbs()),
          Digits.of(comparison.irreducibleMaxAbs()));
    }
    table.print(out);
  }

  private static String form(BranchCoefficients piece) {
    return piece.approximant().approximant().form().name();
  }

  @Override
  public String json() {
    List<BranchCoefficients> pieces = new ArrayList<>();
    for (CoefficientSet set : sets) {
      for (Branch branch : Branch.values()) {
        pieces.add(set.branch(branch));
      }
    }
    return FitReport.json(
        pieces,
        ConditionalMeanReport::write,
        json -> {
          json.writeArrayPropertyStart("irreducibleErrors");
          comparisons.forEach(comparison -> write(json, comparison));
          json.writeEndArray();
        });
  }

  private static void write(JsonGenerator json, BranchCoefficients piece) {
    BranchApproximant approximant = piece.approximant();
    Provenance.ConditionalMean provenance = (Provenance.ConditionalMean) piece.provenance();
    json.writeStringProperty("activation", approximant.activation().name());
    json.writeStringProperty("branch", approximant.branch().label());
    json.writeStringProperty("form", approximant.approximant().form().name());
    json.writeStringProperty("target", approximant.target().label());
    json.writeStringProperty("objective", FitRequest.LeastSquares.LABEL);
    json.writeStringProperty("dtype", provenance.dtype().label());
    json.writeStringProperty("density", provenance.density().description());
    json.writeNumberProperty("points", provenance.points());
    FitReport.writeNumbers(json, "coefficients", approximant.approximant().coefficients());
    json.writeNumberProperty("rms", provenance.rms());
    json.writeNumberProperty("conditionNumber", provenance.conditionNumber());
    // A fit that did not converge is a failure, never a result.
    json.writeBooleanProperty("converged", true);
  }

  private void write(JsonGenerator json, IrreducibleErrorComparison comparison) {
    json.writeStartObject();
    json.writeStringProperty("activation", comparison.set().activation().name());
    json.writeStringProperty("dtype", comparison.dtype().label());
    json.writeStringProperty("density", density);
    json.writeNumberProperty("rms", comparison.rms());
    json.writeNumberProperty("bias", comparison.bias());
    json.writeNumberProperty("maxAbs", comparison.maxAbs());
    json.writeNumberProperty("irreducibleRms", comparison.irreducibleRms());
    json.writeNumberProperty("irreducibleMaxAbs", comparison.irreducibleMaxAbs());
    json.writeEndObject();
  }
}
