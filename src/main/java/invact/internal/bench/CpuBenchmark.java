package invact.internal.bench;

import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * The processor: the backend that {@code auto} chooses, on native memory, over some threads, and
 * libtorch beside it where it is on the class path.
 */
final class CpuBenchmark implements Benchmark {
  private static final long DEFAULT_ELEMENTS = 1 << 24;

  @Override
  public String device() {
    return "cpu";
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public int mostThreads() {
    return Math.min(Runtime.getRuntime().availableProcessors(), Workload.MOST_THREADS);
  }

  @Override
  public long defaultElements() {
    return DEFAULT_ELEMENTS;
  }

  @Override
  public List<BenchmarkRow> run(Workload workload, Consumer<String> notes) {
    notes.accept(Machine.processors() + "; Java " + Machine.java());
    Backend backend = backend(notes);
    Optional<Baseline> baseline = Libtorch.baseline();
    baseline.ifPresent(library -> library.useThreads(workload.threads()));
    notes.accept(
        baseline
            .map(library -> "baseline " + library.name())
            .or(() -> Libtorch.obstacle().map(why -> "no baseline, libtorch: " + why))
            .orElseThrow());
    List<BenchmarkRow> rows = new ArrayList<>();
    // The calling thread works too.
    try (ExecutorService others =
        Executors.newFixedThreadPool(
            Math.max(1, workload.threads() - 1), Thread.ofPlatform().daemon().factory())) {
      workload
          .sets()
          .forEach((dtype, sets) -> {
            notes.accept("timing " + dtype.label());
            try (CpuOperations operations =
                new CpuOperations(
                    dtype, workload.elements(), backend, others, workload.threads(), baseline)) {
              rows.addAll(rows(dtype, workload, operations.of(sets)));
            }
          });
    }
    return rows;
  }

  /** The backend that {@code auto} stands for, and why not an earlier one. */
  private static Backend backend(Consumer<String> notes) {
    Backend chosen = Backends.of(Backends.AUTO);
    for (Backend backend : Backends.all()) {
      backend
          .obstacle()
          .ifPresent(why -> notes.accept("backend " + backend.name() + ": no: " + why));
    }
    notes.accept("backend " + chosen.name());
    return chosen;
  }

  private static List<BenchmarkRow> rows(
      Dtype dtype, Workload workload, List<Operation> operations) {
    List<Runnable> ours = operations.stream().map(Operation::pass).toList();
    List<Runnable> baselines = operations.stream().flatMap(o -> o.baseline().stream()).toList();
    List<Spread> nanos = Rounds.time(ours, baselines);
    return Operation.rows(
        dtype,
        workload,
        operations,
        nanos.subList(0, ours.size()),
        nanos.subList(ours.size(), nanos.size()));
  }
}
