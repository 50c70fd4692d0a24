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
 * @param floors each set beside the irreducible error
 * @param density the density of the inputs, which weighs the errors
 */
record ConditionalMeanReport(
    List<CoefficientSet> sets, List<IrreducibleErrorComparison> floors, String density)
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
    return "errors of f' weighted by " + density + "; floor: the least RMS of any decoder";
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
            "floor",
            "ratio",
            "bias",
            "max |e|",
            "floor");
    for (IrreducibleErrorComparison floor : floors) {
      table.add(
          floor.set().activation().name(),
          floor.dtype().label(),
          form(floor.set().left()),
          form(floor.set().right()),
          Digits.of(floor.rms()),
          Digits.of(floor.floorRms()),
          Digits.ratio(floor.ratio()),
          Digits.of(floor.bias()),
          Digits.of(floor.maxAbs()),
          Digits.of(floor.floorMaxAbs()));
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
          json.writeArrayPropertyStart("floors");
          floors.forEach(floor -> write(json, floor));
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

  private void write(JsonGenerator json, IrreducibleErrorComparison floor) {
    json.writeStartObject();
    json.writeStringProperty("activation", floor.set().activation().name());
    json.writeStringProperty("dtype", floor.dtype().label());
    json.writeStringProperty("density", density);
    json.writeNumberProperty("rms", floor.rms());
    json.writeNumberProperty("bias", floor.bias());
    json.writeNumberProperty("maxAbs", floor.maxAbs());
    json.writeNumberProperty("floorRms", floor.floorRms());
    json.writeNumberProperty("floorMaxAbs", floor.floorMaxAbs());
    json.writeEndObject();
  }
}
