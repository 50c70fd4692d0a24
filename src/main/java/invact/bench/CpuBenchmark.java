package invact.bench;

import invact.activation.Activation;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.Backend;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import invact.runtime.ParallelActivation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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
  public int defaultThreads() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public long defaultElements() {
    return DEFAULT_ELEMENTS;
  }

  @Override
  public List<BenchmarkRow> run(Workload workload, Consumer<String> notes) {
    Backend backend = backend(notes);
    Optional<Peer> peer = Libtorch.peer();
    peer.ifPresent(library -> library.useThreads(workload.threads()));
    notes.accept(
        peer.map(library -> "peer " + library.name()).or(Libtorch::obstacle).orElseThrow());
    List<BenchmarkRow> rows = new ArrayList<>();
    // The calling thread works too.
    try (ExecutorService others =
        Executors.newFixedThreadPool(
            Math.max(1, workload.threads() - 1), Thread.ofPlatform().daemon().factory())) {
      workload
          .sets()
          .forEach((format, sets) -> {
            notes.accept("timing " + format.label());
            try (Timing timing = new Timing(workload, format, backend, others, peer)) {
              timing.add(sets);
              rows.addAll(timing.rows());
            }
          });
    }
    return rows;
  }

  /** The backend that {@code auto} stands for, and why not an earlier one. */
  private static Backend backend(Consumer<String> notes) {
    for (Backend backend : Backends.all()) {
      Optional<String> obstacle = backend.obstacle();
      notes.accept("backend " + backend.name() + obstacle.map(why -> ": no: " + why).orElse(""));
      if (obstacle.isEmpty()) {
        return backend;
      }
    }
    throw new BenchmarkException("no backend can run here");
  }

  /** The operations of one format. */
  private static final class Timing implements AutoCloseable {
    private final Workload workload;
    private final FloatFormat format;
    private final Backend backend;
    private final Backend specification = Backends.of("scalar");
    private final ExecutorService others;
    private final Optional<Peer> peer;
    private final Tensors tensors;
    private final AnswerCheck check;
    private final MemorySegment x;
    private final MemorySegment dy;
    private final MemorySegment out;
    private final Map<Activation, Output> outputs = new LinkedHashMap<>();
    private final List<Operation> operations = new ArrayList<>();

    /** What a forward pass leaves. */
    private record Output(MemorySegment y, MemorySegment indicator) {}

    private record Operation(
        String op,
        String backend,
        double bytesPerElement,
        Runnable pass,
        Optional<Runnable> peer) {}

    Timing(
        Workload workload,
        FloatFormat format,
        Backend backend,
        ExecutorService others,
        Optional<Peer> peer) {
      this.workload = workload;
      this.format = format;
      this.backend = backend;
      this.others = others;
      this.peer = peer;
      tensors = new Tensors(format, workload.elements());
      check = new AnswerCheck(format, workload.elements());
      x = tensors.normal(1);
      dy = tensors.normal(2);
      out = tensors.zeros();
      addCopy();
    }

    @Override
    public void close() {
      tensors.close();
    }

    private InvertedActivation parallel(InvertedActivation activation) {
      return ParallelActivation.of(activation, others, workload.threads());
    }

    private void addCopy() {
      InvertedActivation copy = parallel(new Copy());
      MemorySegment indicator = tensors.indicator();
      operations.add(
          new Operation(
              "copy",
              "jdk",
              2 * format.bytes(),
              () -> copy.forward(format, x, out, indicator),
              peer.map(library -> library.copy(format, x, out))));
    }

    void add(List<CoefficientSet> sets) {
      for (CoefficientSet set : sets) {
        if (!outputs.containsKey(set.activation())) {
          addForward(set);
        }
        addBackward(set);
      }
    }

    /** The forward pass is that of the activation, whatever the coefficients. */
    private void addForward(CoefficientSet set) {
      Activation activation = set.activation();
      String op = activation.name() + " forward";
      Output output = new Output(tensors.zeros(), tensors.indicator());
      outputs.put(activation, output);
      InvertedActivation parallel = parallel(backend.open(set));
      Runnable pass = () -> parallel.forward(format, x, output.y, output.indicator);
      pass.run();
      check.forward(op, specification.open(set), x, output.y, output.indicator);
      Optional<Runnable> peers =
          peer.flatMap(library -> library.forward(activation, format, x, out));
      peers.ifPresent(library -> {
        library.run();
        check.peerForward(op, activation, x, out);
      });
      operations.add(
          new Operation(op, backend.name(), 2 * format.bytes() + 1.0 / Byte.SIZE, pass, peers));
    }

    private void addBackward(CoefficientSet set) {
      String op = set.name() + " backward";
      Output output = outputs.get(set.activation());
      InvertedActivation parallel = parallel(backend.open(set));
      Runnable pass = () -> parallel.backward(format, dy, output.y, output.indicator, out);
      pass.run();
      check.backward(op, specification.open(set), dy, output.y, output.indicator, out);
      Optional<Runnable> peers =
          peer.flatMap(library -> library.backward(set.activation(), format, dy, x, out));
      peers.ifPresent(library -> {
        library.run();
        check.peerBackward(op, set.activation(), dy, x, out);
      });
      operations.add(
          new Operation(op, backend.name(), 3 * format.bytes() + 1.0 / Byte.SIZE, pass, peers));
    }

    List<BenchmarkRow> rows() {
      List<Runnable> passes = new ArrayList<>();
      operations.forEach(operation -> {
        passes.add(operation.pass);
        operation.peer.ifPresent(passes::add);
      });
      Spread[] nanos = Rounds.time(passes);
      List<BenchmarkRow> rows = new ArrayList<>();
      double perElement = 1.0 / workload.elements();
      double copyRate = operations.getFirst().bytesPerElement / (nanos[0].median() * perElement);
      int next = 0;
      for (Operation operation : operations) {
        Spread time = nanos[next++].times(perElement);
        OptionalDouble peers =
            operation.peer.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(nanos[next++].median() * perElement);
        rows.add(
            new BenchmarkRow(
                operation.op,
                format,
                operation.backend,
                workload.threads(),
                workload.elements(),
                operation.bytesPerElement,
                time,
                operation.bytesPerElement / time.median() / copyRate,
                peers));
      }
      return rows;
    }
  }
}
