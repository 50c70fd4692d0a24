package invact.internal.bench;

import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import invact.runtime.cuda.Context;
import invact.runtime.cuda.CudaException;
import invact.runtime.cuda.DeviceActivation;
import invact.runtime.cuda.DeviceBuffer;
import invact.runtime.cuda.Kernels;
import invact.runtime.cuda.Stream;
import invact.runtime.cuda.internal.Cuda;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The first GPU, timed by its own events. It has no baseline in the same process. */
final class CudaBenchmark implements Benchmark {
  /** 512 MiB in 16 bits: tensors that are larger than any cache. */
  private static final long DEFAULT_ELEMENTS = 1L << 28;

  /** What a small call does, for the cost of a launch. */
  private static final int SMALL = 4096;

  private static final int LAUNCHES = 20_000;

  /** Launches after which the host waits: a full queue would make it wait anyway. */
  private static final int LAUNCHES_AT_ONCE = 256;

  @Override
  public String device() {
    return "cuda";
  }

  @Override
  public Optional<String> obstacle() {
    return Context.obstacle();
  }

  @Override
  public int mostThreads() {
    return 1;
  }

  @Override
  public long defaultElements() {
    return DEFAULT_ELEMENTS;
  }

  @Override
  public List<BenchmarkRow> run(Workload workload, Consumer<String> notes) {
    obstacle()
        .ifPresent(obstacle -> {
          throw new BenchmarkException("device cuda is not available: " + obstacle);
        });
    notes.accept(
        Cuda.devices().getFirst().name()
            + ", driver for CUDA "
            + Cuda.text(Cuda.version())
            + "; Java "
            + Machine.java());
    try (Context context = Context.primary(0);
        Kernels kernels = Kernels.load(context);
        Stream stream = Stream.create(context)) {
      List<BenchmarkRow> rows = new ArrayList<>();
      workload
          .sets()
          .forEach((dtype, sets) -> {
            notes.accept("timing " + dtype.label());
            rows.addAll(rows(context, kernels, stream, dtype, supported(sets, notes), workload));
          });
      CoefficientSet first = supported(workload.sets().firstEntry().getValue(), _ -> {}).getFirst();
      notes.accept(
          "queueing a call on a small tensor takes %.1f µs"
              .formatted(launchMicros(context, kernels, stream, first)));
      return rows;
    } catch (CudaException e) {
      throw new BenchmarkException(e.getMessage());
    }
  }

  private static List<BenchmarkRow> rows(
      Context context,
      Kernels kernels,
      Stream stream,
      Dtype dtype,
      List<CoefficientSet> sets,
      Workload workload) {
    try (CudaOperations tensors =
        new CudaOperations(dtype, workload.elements(), context, kernels, stream)) {
      List<Operation> operations = tensors.of(sets);
      List<Spread> nanos =
          EventRounds.time(context, stream, operations.stream().map(Operation::pass).toList());
      return Operation.rows(dtype, workload, operations, nanos, List.of());
    }
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

  /**
   * The time that the host takes to queue one small forward pass, the device never waited for: the
   * median, in microseconds.
   */
  private static double launchMicros(
      Context context, Kernels kernels, Stream stream, CoefficientSet set) {
    try (DeviceBuffer x = DeviceBuffer.allocate(context, 2L * SMALL);
        DeviceBuffer indicator =
            DeviceBuffer.allocate(context, InvertedActivation.indicatorBytes(SMALL))) {
      x.fill(stream, (byte) 0x3F);
      DeviceActivation activation = kernels.activation(set);
      double[] micros = new double[LAUNCHES];
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < LAUNCHES; i++) {
          long start = System.nanoTime();
          activation.forward(stream, Dtype.BF16, x.memory(), x.memory(), indicator.memory());
          micros[i] = (System.nanoTime() - start) / 1e3;
          if (i % LAUNCHES_AT_ONCE == 0) {
            stream.synchronize();
          }
        }
      }
      stream.synchronize();
      Arrays.sort(micros);
      return micros[LAUNCHES / 2];
    }
  }
}
