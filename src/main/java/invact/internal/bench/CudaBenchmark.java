package invact.internal.bench;

import invact.coefficients.CoefficientSet;
import invact.runtime.cuda.Context;
import invact.runtime.cuda.Cuda;
import invact.runtime.cuda.CudaException;
import invact.runtime.cuda.DeviceBenchmark;
import invact.runtime.cuda.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** The first GPU, timed by its own events. It has no peer in the same process. */
final class CudaBenchmark implements Benchmark {
  @Override
  public String device() {
    return "cuda";
  }

  @Override
  public Optional<String> obstacle() {
    return Cuda.obstacle();
  }

  @Override
  public int mostThreads() {
    return 1;
  }

  @Override
  public long defaultElements() {
    return DeviceBenchmark.DEFAULT_ELEMENTS;
  }

  @Override
  public List<BenchmarkRow> run(Workload workload, Consumer<String> notes) {
    obstacle()
        .ifPresent(obstacle -> {
          throw new BenchmarkException("device cuda is not available: " + obstacle);
        });
    notes.accept(Cuda.devices().getFirst().name());
    try (Context context = Context.primary(0)) {
      return run(context, workload, notes);
    } catch (CudaException | IllegalStateException e) {
      throw new BenchmarkException(e.getMessage());
    }
  }

  private static List<BenchmarkRow> run(
      Context context, Workload workload, Consumer<String> notes) {
    List<BenchmarkRow> rows = new ArrayList<>();
    workload
        .sets()
        .forEach((dtype, sets) ->
            DeviceBenchmark.run(context, dtype, supported(sets, notes), workload.elements())
                .forEach(row -> rows.add(row(row))));
    CoefficientSet first = supported(workload.sets().firstEntry().getValue(), _ -> {}).getFirst();
    notes.accept(
        "queueing a call on a small tensor takes %.1f µs"
            .formatted(DeviceBenchmark.launchMicros(context, first)));
    return rows;
  }

  /** The sets of whose activations there are kernels. */
  private static List<CoefficientSet> supported(List<CoefficientSet> sets, Consumer<String> notes) {
    List<CoefficientSet> supported =
        sets.stream().filter(set -> Kernels.isKnown(set.activation())).toList();
    sets.stream()
        .filter(set -> !supported.contains(set))
        .forEach(set -> notes.accept("cuda has no kernels for " + set.name()));
    if (supported.isEmpty()) {
      throw new BenchmarkException("device cuda has kernels for built-in activations alone");
    }
    return supported;
  }

  private static BenchmarkRow row(DeviceBenchmark.Row row) {
    double nanos = 1e6 / row.elements();
    return new BenchmarkRow(
        row.op(),
        row.set(),
        row.dtype(),
        "cuda",
        1,
        row.elements(),
        row.bytesPerElement(),
        new Spread(row.millis(), row.lowMillis(), row.highMillis()).times(nanos),
        row.shareOfCopy(),
        OptionalDouble.empty());
  }
}
