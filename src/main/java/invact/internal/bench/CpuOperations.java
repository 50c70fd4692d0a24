package invact.internal.bench;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.Backend;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import invact.runtime.internal.ParallelActivation;
import invact.runtime.internal.ParallelGatedUnit;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * What is timed in one dtype on a processor, on tensors of its own. Each operation has been run
 * once, and its answer checked, before it is handed out.
 */
final class CpuOperations implements AutoCloseable {
  private final Dtype dtype;
  private final Backend backend;
  private final Backend specification = Backends.of("scalar");
  private final Executor executor;
  private final int threads;
  private final Optional<Baseline> baseline;
  private final Tensors tensors;
  private final AnswerCheck check;
  private final List<Operation> operations = new ArrayList<>();

  /** The inputs x and b, the derivative dy of what comes out; also the gate's a and dp. */
  private final MemorySegment x;

  private final MemorySegment b;
  private final MemorySegment dy;

  /** What a pass writes that no other reads. */
  private final MemorySegment out;

  private final MemorySegment secondOut;

  CpuOperations(
      Dtype dtype,
      long elements,
      Backend backend,
      Executor executor,
      int threads,
      Optional<Baseline> baseline) {
    this.dtype = dtype;
    this.backend = backend;
    this.executor = executor;
    this.threads = threads;
    this.baseline = baseline;
    tensors = new Tensors(dtype, elements);
    check = new AnswerCheck(dtype, elements);
    x = tensors.normal(1);
    b = tensors.normal(2);
    dy = tensors.normal(3);
    out = tensors.zeros();
    secondOut = tensors.zeros();
  }

  @Override
  public void close() {
    tensors.close();
  }

  /** A copy first, the passes of the sets, the gated units of their activations. */
  List<Operation> of(List<CoefficientSet> sets) {
    addCopy();
    Map<Activation, Forward> forwards = new HashMap<>();
    for (CoefficientSet set : sets) {
      addBackward(set, forwards.computeIfAbsent(set.activation(), _ -> addForward(set)));
    }
    Set<Activation> gates =
        sets.stream()
            .map(CoefficientSet::activation)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    gates.forEach(this::addGatedUnit);
    return List.copyOf(operations);
  }

  private void addCopy() {
    InvertedActivation copy = parallel(new Copy());
    MemorySegment indicator = tensors.indicator();
    operations.add(
        new Operation(
            Operation.COPY,
            Optional.empty(),
            "jdk",
            2 * dtype.bytes(),
            () -> copy.forward(dtype, x, out, indicator),
            baseline.map(library -> library.copy(dtype, x, out))));
  }

  /** What a forward pass leaves. */
  private record Forward(MemorySegment y, MemorySegment indicator) {}

  private Forward addForward(CoefficientSet set) {
    Activation activation = set.activation();
    String op = Operation.forward(activation);
    Forward left = new Forward(tensors.zeros(), tensors.indicator());
    InvertedActivation parallel = parallel(open(backend, set));
    add(
        op,
        Optional.empty(),
        2 * dtype.bytes() + Operation.BIT,
        () -> parallel.forward(dtype, x, left.y, left.indicator),
        () -> check.forward(op, open(specification, set), x, left.y, left.indicator),
        baseline.flatMap(library -> library.forward(activation, dtype, x, out)),
        () -> check.baselineForward(op, activation, x, out));
    return left;
  }

  private void addBackward(CoefficientSet set, Forward left) {
    String op = Operation.backward(set.activation());
    InvertedActivation parallel = parallel(open(backend, set));
    add(
        op,
        Optional.of(set.name()),
        3 * dtype.bytes() + Operation.BIT,
        () -> parallel.backward(dtype, dy, left.y, left.indicator, out),
        () -> check.backward(op, open(specification, set), dy, left.y, left.indicator, out),
        baseline.flatMap(library -> library.backward(set.activation(), dtype, dy, x, out)),
        () -> check.baselineBackward(op, set.activation(), dy, x, out));
  }

  private void addGatedUnit(Activation activation) {
    String unit = GatedUnit.name(activation);
    GatedUnit expected = specification.gatedUnit(activation);
    GatedUnit parallel = ParallelGatedUnit.of(backend.gatedUnit(activation), executor, threads);
    MemorySegment p = tensors.zeros();
    Optional<Baseline.Gate> gate =
        baseline.flatMap(library -> library.gate(activation, dtype, x, b));
    add(
        unit + "-forward",
        Optional.empty(),
        3 * dtype.bytes(),
        () -> parallel.forward(dtype, x, b, p),
        () -> check.gatedForward(unit + "-forward", expected, x, b, p),
        gate.map(library -> library.forward(out)),
        () -> check.baselineGatedForward(unit + "-forward", activation, x, b, out));
    MemorySegment kept = GatedUnit.keepsProduct(dtype) ? p : b;
    add(
        unit + "-backward",
        Optional.empty(),
        5 * dtype.bytes(),
        () -> parallel.backward(dtype, dy, x, kept, out, secondOut),
        () -> check.gatedBackward(unit + "-backward", expected, dy, x, kept, out, secondOut),
        gate.map(library -> library.backward(dy, out, secondOut)),
        () ->
            check.baselineGatedBackward(unit + "-backward", activation, dy, x, b, out, secondOut));
  }

  private void add(
      String op,
      Optional<String> set,
      double bytesPerElement,
      Runnable pass,
      Runnable passCheck,
      Optional<Runnable> baselines,
      Runnable baselineCheck) {
    pass.run();
    passCheck.run();
    baselines.ifPresent(library -> {
      library.run();
      baselineCheck.run();
    });
    operations.add(new Operation(op, set, backend.name(), bytesPerElement, pass, baselines));
  }

  private static InvertedActivation open(Backend from, CoefficientSet set) {
    try {
      return from.open(set);
    } catch (IllegalArgumentException e) {
      throw new BenchmarkException(set.name() + ": " + e.getMessage());
    }
  }

  private InvertedActivation parallel(InvertedActivation activation) {
    return ParallelActivation.of(activation, executor, threads);
  }
}
