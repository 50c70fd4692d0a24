package invact.cli;

import invact.activation.Branch;
import invact.coefficients.BranchApproximant;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchCoefficients;
import invact.coefficients.internal.Provenance;
import invact.evaluate.internal.IrreducibleErrorComparison;
import invact.fit.internal.FitJob;
import invact.fit.internal.FormFamily;
import invact.fit.internal.Objective;
import invact.fit.internal.OrderedTasks;
import invact.fit.internal.conditional.ConditionalMeanFitter;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * Fits to rounded outputs, and how near they come to the floor.
 *
 * @param sets the sets
 * @param floors each set beside the floor
 * @param density what the floors are weighted by
 */
record ConditionalMeanReport(
    List<CoefficientSet> sets, List<IrreducibleErrorComparison> floors, String density)
    implements FitReport {
  /** Fits the pieces, several at a time, and compares the sets that they make with the floor. */
  static ConditionalMeanReport fit(
      List<FitJob.PieceToFit> pieces, FormFamily family, Dtype dtype, Density density) {
    ConditionalMeanFitter fitter = new ConditionalMeanFitter(dtype, density.withRareInputs());
    List<BranchCoefficients> fits;
    try (Progress progress = Progress.of("fitting", pieces.size())) {
      fits =
          OrderedTasks.run(
              pieces,
              piece ->
                  fitter.fit(
                      piece.activation(),
                      piece.branch(),
                      family.form(piece.activation(), piece.branch())),
              done -> progress.step());
    }
    List<CoefficientSet> sets =
        FitJob.sets(family.label() + "-" + dtype.label(), Optional.of(dtype), fits);
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
          floor.format().label(),
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
    json.writeStringProperty("objective", Objective.LEAST_SQUARES.label());
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
    json.writeStringProperty("dtype", floor.format().label());
    json.writeStringProperty("density", density);
    json.writeNumberProperty("rms", floor.rms());
    json.writeNumberProperty("bias", floor.bias());
    json.writeNumberProperty("maxAbs", floor.maxAbs());
    json.writeNumberProperty("floorRms", floor.floorRms());
    json.writeNumberProperty("floorMaxAbs", floor.floorMaxAbs());
    json.writeEndObject();
  }
}
