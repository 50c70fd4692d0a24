package invact.cli;

import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.evaluate.Evaluation;
import invact.evaluate.internal.IrreducibleErrorComparison;
import invact.internal.io.Json;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import invact.sampling.Density;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code invact evaluate}: the errors of coefficient sets in the arithmetic they are used in. */
@Command(
    name = "evaluate",
    description = {
      "Measures the error of the derivative, found minus f'(x).",
      "bf16, fp16: every finite input, forward and backward pass as a network runs them.",
      "fp32: the same passes at x = T +- t, t = 0, 2^-10, 2*2^-10 ... 16 and on to 1024, and for"
          + " the largest error also at every number within 2^-10 of T.",
      "fp64: the same t, the approximation alone.",
      "For bf16 and fp16 also, with inputs x ~ N(0,1), how near g comes to the floor: the least"
          + " RMS error that any decoder of the rounded output and the indicator can have, and the"
          + " largest error of that decoder. For fp32,"
          + " how near g's largest error comes to the least that any decoder can have."
    },
    footer = {
      "  invact evaluate --all",
      "  invact evaluate gelu-paper gelu-published --dtype bf16",
      "  invact evaluate coefficients/silu-paper.json --json"
    })
final class EvaluateCommand implements Callable<Integer> {
  /** What a normalised layer feeds an activation with. */
  private static final Density NORMAL = new Density.Normal(1);

  @Spec private CommandSpec spec;

  @Mixin private SetArguments arguments;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      split = ",",
      description = "fp64, fp32, bf16, fp16, or several with commas; default: all")
  private List<Dtype> formats = List.of(Dtype.values());

  @Option(names = "--json", description = "print one JSON document instead of the table")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    List<CoefficientSet> sets = arguments.load();
    List<Evaluation> evaluations = new ArrayList<>();
    List<IrreducibleErrorComparison> floors = new ArrayList<>();
    try (Progress progress = Progress.of("evaluating", sets.size() * formats.size())) {
      for (CoefficientSet set : sets) {
        for (Dtype format : formats) {
          evaluations.add(Evaluation.of(set, format));
          if (format.isHalf()) {
            floors.add(IrreducibleErrorComparison.of(set, format, NORMAL));
          }
          progress.step();
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(json(evaluations, floors));
    } else {
      table(evaluations).print(out);
      if (!floors.isEmpty()) {
        out.println();
        out.println("x ~ N(0,1); floor: the least RMS error of any decoder, and its largest error");
        floorTable(floors).print(out);
      }
      List<Evaluation> single = evaluations.stream().filter(e -> e.dtype() == Dtype.FP32).toList();
      if (!single.isEmpty()) {
        out.println();
        out.println("fp32; floor: the least largest error of any decoder, next to T");
        largestTable(single).print(out);
      }
    }
    out.flush();
    return 0;
  }

  private static TextTable table(List<Evaluation> evaluations) {
    TextTable table =
        new TextTable(
            3, "coefficient set", "dtype", "branch", "points", "RMS", "bias", "max |e|", "at x");
    for (Evaluation evaluation : evaluations) {
      for (Part part : parts(evaluation)) {
        ErrorStats error = part.error();
        table.add(
            evaluation.set().name(),
            evaluation.dtype().label(),
            part.branch(),
            Long.toString(error.count()),
            Digits.of(error.rms()),
            Digits.of(error.bias()),
            Digits.of(error.maxAbs()),
            Digits.input(error.maxAbsAt()));
      }
    }
    return table;
  }

  private static TextTable floorTable(List<IrreducibleErrorComparison> floors) {
    TextTable table =
        new TextTable(
            2, "coefficient set", "dtype", "RMS", "floor", "ratio", "bias", "max |e|", "floor");
    for (IrreducibleErrorComparison floor : floors) {
      table.add(
          floor.set().name(),
          floor.dtype().label(),
          Digits.of(floor.rms()),
          Digits.of(floor.floorRms()),
          Digits.ratio(floor.ratio()),
          Digits.of(floor.bias()),
          Digits.of(floor.maxAbs()),
          Digits.of(floor.floorMaxAbs()));
    }
    return table;
  }

  private static TextTable largestTable(List<Evaluation> evaluations) {
    TextTable table = new TextTable(1, "coefficient set", "max |e|", "floor", "ratio");
    for (Evaluation evaluation : evaluations) {
      double max = evaluation.whole().maxAbs();
      double floor = RoundedHeight.largestErrorFloor(evaluation.set().activation(), Dtype.FP32);
      table.add(
          evaluation.set().name(), Digits.of(max), Digits.of(floor), Digits.ratio(max / floor));
    }
    return table;
  }

  private static void write(JsonGenerator json, IrreducibleErrorComparison floor) {
    json.writeStartObject();
    json.writeStringProperty("set", floor.set().name());
    json.writeStringProperty("dtype", floor.dtype().label());
    json.writeStringProperty("density", NORMAL.description());
    json.writeNumberProperty("rms", floor.rms());
    json.writeNumberProperty("bias", floor.bias());
    json.writeNumberProperty("maxAbs", floor.maxAbs());
    json.writeNumberProperty("floorRms", floor.floorRms());
    json.writeNumberProperty("floorMaxAbs", floor.floorMaxAbs());
    json.writeEndObject();
  }

  private static String json(
      List<Evaluation> evaluations, List<IrreducibleErrorComparison> floors) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("evaluations");
      for (Evaluation evaluation : evaluations) {
        parts(evaluation).forEach(part -> write(json, evaluation, part));
      }
      json.writeEndArray();
      json.writeArrayPropertyStart("floors");
      floors.forEach(floor -> write(json, floor));
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, Evaluation evaluation, Part part) {
    json.writeStartObject();
    json.writeStringProperty("set", evaluation.set().name());
    json.writeStringProperty("activation", evaluation.set().activation().name());
    json.writeStringProperty("dtype", evaluation.dtype().label());
    json.writeStringProperty("branch", part.branch());
    json.writeNumberProperty("points", part.error().count());
    json.writeNumberProperty("derivativeRms", part.error().rms());
    json.writeNumberProperty("derivativeBias", part.error().bias());
    json.writeNumberProperty("derivativeMaxAbs", part.error().maxAbs());
    json.writeNumberProperty("derivativeMaxAbsAt", part.error().maxAbsAt());
    json.writeEndObject();
  }

  private static List<Part> parts(Evaluation evaluation) {
    return List.of(
        new Part("left", evaluation.left()),
        new Part("right", evaluation.right()),
        new Part("both", evaluation.whole()));
  }

  private record Part(String branch, ErrorStats error) {}
}
