package invact.cli;

import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.internal.bench.Benchmark;
import invact.internal.bench.BenchmarkRow;
import invact.internal.bench.Workload;
import invact.internal.io.Json;
import invact.numeric.Dtype;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code invact bench}: how fast the runtime is here. */
@Command(
    name = "bench",
    description = {
      "Times forward and backward passes on this machine, beside a copy of the same tensor and,"
          + " on a CPU, libtorch's kernels where libtorch is on the class path.",
      "Inputs are random, from N(0,1); answers are checked before they are timed; times are medians"
          + " of passes that take turns, p20 and p80 the fifths. GB/s counts what a pass has to"
          + " read and write; share of copy is that by the copy's, the JDK's split over the same"
          + " threads or the driver's on a GPU. Baseline is libtorch."
    },
    footer = {
      "  invact bench",
      "  invact bench --threads 1 --dtype bf16 --json",
      "  invact bench --device cuda",
      "  invact bench my-coefficients/gelu-paper.json --dtype fp32"
    })
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "coefficient files, or names of sets in coefficients/ or shipped with invact; default:"
              + " the sets made for each dtype")
  private List<String> files = List.of();

  @Option(names = "--device", paramLabel = "DEVICE", description = "cpu or cuda; default: cpu")
  private Benchmark benchmark = Benchmark.all().getFirst();

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      split = ",",
      description = "fp32, bf16, fp16, or several with commas; default: all three")
  private List<Dtype> dtypes = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "threads of the CPU; default: one for each processor")
  private Integer threads;

  @Option(
      names = "--elements",
      paramLabel = "N",
      description = "length of a tensor; default: 2^24, on a GPU 2^28")
  private Long elements;

  @Option(
      names = "--json",
      description =
          "print one JSON document instead of the table; baselineNanosPerElement is null where"
              + " there is no baseline")
  private boolean json;

  @Override
  public Integer call() {
    if (dtypes.contains(Dtype.FP64)) {
      throw new ParameterException(
          spec.commandLine(), "the runtime has no fp64: use fp32, bf16 or fp16");
    }
    if (threads != null && benchmark.mostThreads() == 1) {
      throw new ParameterException(
          spec.commandLine(), "device " + benchmark.device() + " takes no --threads");
    }
    PrintWriter err = spec.commandLine().getErr();
    List<BenchmarkRow> rows =
        benchmark.run(
            workload(),
            note -> {
              err.println("invact: " + note);
              err.flush();
            });
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.print(json(rows));
    } else {
      table(rows).print(out);
    }
    out.flush();
    return 0;
  }

  private Workload workload() {
    try {
      return new Workload(
          sets(),
          threads == null ? benchmark.mostThreads() : threads,
          elements == null ? benchmark.defaultElements() : elements);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private SequencedMap<Dtype, List<CoefficientSet>> sets() {
    SequencedMap<Dtype, List<CoefficientSet>> sets = new LinkedHashMap<>();
    List<CoefficientSet> named = files.stream().map(SetArguments::load).toList();
    for (Dtype dtype : dtypes) {
      sets.put(dtype, files.isEmpty() ? shipped(dtype) : named);
    }
    return sets;
  }

  /** The sets that the README says to use. */
  private static List<CoefficientSet> shipped(Dtype dtype) {
    return Activations.paper().stream()
        .flatMap(activation -> CoefficientSet.shippedFor(activation, dtype).stream())
        .toList();
  }

  /** With a column for the coefficient sets, if one operation was timed with several. */
  private static TextTable table(List<BenchmarkRow> rows) {
    boolean named = haveSeveralSets(rows);
    TextTable table =
        new TextTable(
            named ? 4 : 3,
            cells(
                named,
                "op",
                "set",
                "dtype",
                "backend",
                "threads",
                "elements",
                "ns/element",
                "p20",
                "p80",
                "GB/s",
                "share of copy",
                "baseline ns",
                "times faster"));
    for (BenchmarkRow row : rows) {
      table.add(
          cells(
              named,
              row.op(),
              row.set().orElse("-"),
              row.dtype().label(),
              row.backend(),
              Integer.toString(row.threads()),
              Long.toString(row.elements()),
              Digits.nanos(row.nanosPerElement().median()),
              Digits.nanos(row.nanosPerElement().low()),
              Digits.nanos(row.nanosPerElement().high()),
              Digits.rate(row.gigabytesPerSecond()),
              Digits.ratio(row.shareOfCopy()),
              row.baselineNanosPerElement().isEmpty()
                  ? "-"
                  : Digits.nanos(row.baselineNanosPerElement().getAsDouble()),
              row.speedup().isEmpty() ? "-" : Digits.ratio(row.speedup().getAsDouble())));
    }
    return table;
  }

  private static String[] cells(boolean named, String op, String set, String... more) {
    List<String> cells = new ArrayList<>();
    cells.add(op);
    if (named) {
      cells.add(set);
    }
    cells.addAll(List.of(more));
    return cells.toArray(String[]::new);
  }

  private static boolean haveSeveralSets(List<BenchmarkRow> rows) {
    Set<List<Object>> operations = new HashSet<>();
    return !rows.stream().allMatch(row -> operations.add(List.of(row.op(), row.dtype())));
  }

  private static String json(List<BenchmarkRow> rows) {
    boolean named = haveSeveralSets(rows);
    return Json.text(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("rows");
      rows.forEach(row -> write(json, row, named));
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, BenchmarkRow row, boolean named) {
    json.writeStartObject();
    json.writeStringProperty("op", row.op());
    if (named && row.set().isPresent()) {
      json.writeStringProperty("set", row.set().get());
    }
    json.writeStringProperty("dtype", row.dtype().label());
    json.writeStringProperty("backend", row.backend());
    json.writeNumberProperty("threads", row.threads());
    json.writeNumberProperty("elements", row.elements());
    json.writeNumberProperty("nanosPerElement", row.nanosPerElement().median());
    json.writeNumberProperty("shareOfCopy", row.shareOfCopy());
    OptionalDouble baseline = row.baselineNanosPerElement();
    if (baseline.isPresent()) {
      json.writeNumberProperty("baselineNanosPerElement", baseline.getAsDouble());
    } else {
      json.writeNullProperty("baselineNanosPerElement");
    }
    json.writeEndObject();
  }
}
