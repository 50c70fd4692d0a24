package invact.cli;

import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.Certificate;
import invact.coefficients.internal.CertificateTable;
import invact.coefficients.internal.ErrorBound;
import invact.evaluate.Evaluation;
import invact.evaluate.internal.IrreducibleErrorComparison;
import invact.evaluate.internal.Samples;
import invact.internal.io.CsvLines;
import invact.internal.io.Json;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import invact.sampling.internal.Densities;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code invact evaluate}: the errors of coefficient sets in the arithmetic of use. */
@Command(
    name = "evaluate",
    description = {
      "Measures the error of the derivative, found minus f'(x).",
      "bf16, fp16: every finite input, forward and backward pass as a network runs them.",
      "fp32: the same passes at x = T +- t, t = 0, 2^-10, 2*2^-10 ... 16 and on to 1024, and for"
          + " the largest error also at every number within 2^-10 of T.",
      "fp64: the same t, the approximation alone.",
      "For bf16 and fp16 also, with inputs x ~ N(0,1), the ratio to the irreducible error: the"
          + " least RMS error that any function of the rounded output and the indicator can have,"
          + " and the largest error of that function. For fp32 the ratio to the least largest"
          + " error.",
      "Of shipped sets also the bounds that 'invact certify' has proved."
    },
    footer = {
      "  invact evaluate --all",
      "  invact evaluate gelu-paper gelu-published --dtype bf16",
      "  invact evaluate coefficients/silu-paper.json --json",
      "  invact evaluate gelu-bf16 --dtype bf16 --csv > samples.csv"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private SetArguments arguments;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      split = ",",
      description = "fp64, fp32, bf16, fp16, or several with commas; default: all")
  private List<Dtype> dtypes = List.of(Dtype.values());

  @ArgGroup private Output output = new Output();

  /** What is printed. */
  private static final class Output {
    @Option(names = "--json", description = "print one JSON document instead of the table")
    private boolean json;

    @Option(
        names = "--csv",
        description = "print every sample as CSV instead: input, derivative found, f'(x), error")
    private boolean csv;
  }

  @Override
  public Integer call() throws IOException {
    List<CoefficientSet> sets = arguments.load();
    if (output.csv) {
      samples(sets);
      return 0;
    }
    List<Evaluation> evaluations = new ArrayList<>();
    List<IrreducibleErrorComparison> comparisons = new ArrayList<>();
    try (Progress progress = Progress.of("evaluating", sets.size() * dtypes.size())) {
      for (CoefficientSet set : sets) {
        for (Dtype dtype : dtypes) {
          evaluations.add(Evaluation.of(set, dtype));
          if (dtype.isHalf()) {
            comparisons.add(IrreducibleErrorComparison.of(set, dtype, Densities.USUAL));
          }
          progress.step();
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (output.json) {
      out.print(json(evaluations, comparisons));
    } else {
      table(evaluations).print(out);
      if (!comparisons.isEmpty()) {
        out.println();
        out.println("x ~ N(0,1); irreducible: the least RMS error of any decoder, and its largest");
        irreducibleTable(comparisons).print(out);
      }
      List<Evaluation> single = evaluations.stream().filter(e -> e.dtype() == Dtype.FP32).toList();
      if (!single.isEmpty()) {
        out.println();
        out.println("fp32; irreducible: the least largest error of any decoder, next to T");
        largestTable(single).print(out);
      }
      TextTable proved = provedTable(evaluations);
      if (proved.hasRows()) {
        out.println();
        out.println("proved by 'invact certify': the largest error of all inputs, dx not rounded");
        proved.print(out);
      }
    }
    out.flush();
    return 0;
  }

  private void samples(List<CoefficientSet> sets) {
    PrintWriter out = spec.commandLine().getOut();
    CsvLines lines = new CsvLines(out, "set", "dtype", "branch", "x", "found", "exact", "error");
    for (CoefficientSet set : sets) {
      for (Dtype dtype : dtypes) {
        Samples.of(
            set,
            dtype,
            (branch, x, found, exact, _) ->
                lines.add(
                    set.name(), dtype.label(), branch.label(), x, found, exact, found - exact));
      }
    }
    out.flush();
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

  private static TextTable irreducibleTable(List<IrreducibleErrorComparison> comparisons) {
    TextTable table =
        new TextTable(
            2,
            "coefficient set",
            "dtype",
            "RMS",
            "irreducible",
            "ratio",
            "bias",
            "max |e|",
            "irreducible");
    for (IrreducibleErrorComparison comparison : comparisons) {
      table.add(
          comparison.set().name(),
          comparison.dtype().label(),
          Digits.of(comparison.rms()),
          Digits.of(comparison.irreducibleRms()),
          Digits.ratio(comparison.ratio()),
          Digits.of(comparison.bias()),
          Digits.of(comparison.maxAbs()),
          Digits.of(comparison.irreducibleMaxAbs()));
    }
    return table;
  }

  private static TextTable largestTable(List<Evaluation> evaluations) {
    TextTable table = new TextTable(1, "coefficient set", "max |e|", "irreducible", "ratio");
    for (Evaluation evaluation : evaluations) {
      double max = evaluation.whole().maxAbs();
      double irreducible =
          RoundedHeight.largestErrorFloor(evaluation.set().activation(), Dtype.FP32);
      table.add(
          evaluation.set().name(),
          Digits.of(max),
          Digits.of(irreducible),
          Digits.ratio(max / irreducible));
    }
    return table;
  }

  /** The bounds of shipped sets, of the dtypes that were asked for. */
  private static TextTable provedTable(List<Evaluation> evaluations) {
    TextTable table = new TextTable(2, "coefficient set", "dtype", "at least", "at most");
    for (Evaluation evaluation : evaluations) {
      bound(evaluation)
          .ifPresent(bound ->
              table.add(
                  evaluation.set().name(),
                  evaluation.dtype().label(),
                  Digits.below(bound.lower()),
                  Digits.above(bound.upper())));
    }
    return table;
  }

  private static Optional<ErrorBound> bound(Evaluation evaluation) {
    return CertificateTable.shipped()
        .of(evaluation.set())
        .map(certificate -> certificate.bounds().get(evaluation.dtype()))
        .map(Certificate.Bounds::whole);
  }

  private static void write(JsonGenerator json, IrreducibleErrorComparison comparison) {
    json.writeStartObject();
    json.writeStringProperty("set", comparison.set().name());
    json.writeStringProperty("dtype", comparison.dtype().label());
    json.writeStringProperty("density", Densities.USUAL.description());
    json.writeNumberProperty("rms", comparison.rms());
    json.writeNumberProperty("bias", comparison.bias());
    json.writeNumberProperty("maxAbs", comparison.maxAbs());
    json.writeNumberProperty("irreducibleRms", comparison.irreducibleRms());
    json.writeNumberProperty("irreducibleMaxAbs", comparison.irreducibleMaxAbs());
    json.writeEndObject();
  }

  private static String json(
      List<Evaluation> evaluations, List<IrreducibleErrorComparison> comparisons) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("evaluations");
      for (Evaluation evaluation : evaluations) {
        parts(evaluation).forEach(part -> write(json, evaluation, part));
      }
      json.writeEndArray();
      json.writeArrayPropertyStart("irreducibleErrors");
      comparisons.forEach(comparison -> write(json, comparison));
      json.writeEndArray();
      json.writeArrayPropertyStart("provedBounds");
      for (Evaluation evaluation : evaluations) {
        bound(evaluation).ifPresent(bound -> write(json, evaluation, bound));
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, Evaluation evaluation, ErrorBound bound) {
    json.writeStartObject();
    json.writeStringProperty("set", evaluation.set().name());
    json.writeStringProperty("dtype", evaluation.dtype().label());
    json.writeNumberProperty("lower", bound.lower());
    json.writeNumberProperty("upper", bound.upper());
    json.writeEndObject();
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
