package invact.internal.bench;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import invact.runtime.cuda.Context;
import invact.runtime.cuda.DeviceActivation;
import invact.runtime.cuda.DeviceBuffer;
import invact.runtime.cuda.DeviceGatedUnit;
import invact.runtime.cuda.Kernels;
import invact.runtime.cuda.Stream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is timed in one dtype on a device, on tensors of its own. The passes of each set have been
 * run once, and the first results checked, before they are handed out.
 */
final class CudaOperations implements AutoCloseable {
  /** So many results are compared with the scalar backend's. */
  private static final int CHECKED = 4096;

  /**
   * The largest error of y and dx for that, relative and absolute, before the rounding to 16 bits:
   * {@link DeviceActivation} promises less.
   */
  private static final double TOLERANCE = 1e-5;

  private final Dtype dtype;
  private final long elements;
  private final Context context;
  private final Kernels kernels;
  private final Stream stream;
  private final List<DeviceBuffer> buffers = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();

  /** The inputs x and a, and dy, b and dp. */
  private final DeviceBuffer x;

  private final DeviceBuffer dy;

  /** What forward passes give. */
  private final DeviceBuffer y;

  private final DeviceBuffer bits;

  /** What backward passes give. */
  private final DeviceBuffer dx;

  private final DeviceBuffer db;

  CudaOperations(Dtype dtype, long elements, Context context, Kernels kernels, Stream stream) {
    this.dtype = dtype;
    this.elements = elements;
    this.context = context;
    this.kernels = kernels;
    this.stream = stream;
    try {
      x = normal(1);
      dy = normal(2);
      y = allocate(elements * dtype.bytes());
      bits = allocate(InvertedActivation.indicatorBytes(elements));
      dx = allocate(elements * dtype.bytes());
      db = allocate(elements * dtype.bytes());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() {
    buffers.forEach(DeviceBuffer::close);
  }

  /** A copy first, the passes of the sets, the gated units of their activations. */
  List<Operation> of(List<CoefficientSet> sets) {
    add(Operation.COPY, Optional.empty(), 2 * dtype.bytes(), () -> y.copyFrom(stream, x.memory()));
    sets.forEach(this::addPasses);
    sets.stream()
        .map(CoefficientSet::activation)
        .distinct()
        .filter(Kernels::isGate)
        .forEach(this::addGatedUnit);
    return List.copyOf(operations);
  }

  private void addPasses(CoefficientSet set) {
    DeviceActivation activation = kernels.activation(set);
    Runnable forward =
        () -> activation.forward(stream, dtype, x.memory(), y.memory(), bits.memory());
    Runnable backward =
        () ->
            activation.backward(stream, dtype, dy.memory(), y.memory(), bits.memory(), dx.memory());
    forward.run();
    backward.run();
    check(set);
    String forwardOp = Operation.forward(set.activation());
    Optional<String> name = Optional.of(set.name());
    add(forwardOp, name, 2 * dtype.bytes() + Operation.BIT, forward);
    String backwardOp = Operation.backward(set.activation());
    add(backwardOp, name, 3 * dtype.bytes() + Operation.BIT, backward);
  }

  private void addGatedUnit(Activation activation) {
    DeviceGatedUnit unit = kernels.gatedUnit(activation);
    String op = GatedUnit.name(activation);
    add(
        op + "-forward",
        Optional.empty(),
        3 * dtype.bytes(),
        () -> unit.forward(stream, dtype, x.memory(), dy.memory(), y.memory()));
    add(
        op + "-backward",
        Optional.empty(),
        5 * dtype.bytes(),
        () ->
            unit.backward(
                stream, dtype, dy.memory(), x.memory(), y.memory(), dx.memory(), db.memory()));
  }

  private void add(String op, Optional<String> set, double bytesPerElement, Runnable pass) {
    operations.add(new Operation(op, set, "cuda", bytesPerElement, pass, Optional.empty()));
  }

  /** The first results are the scalar backend's, but for roundings. */
  private void check(CoefficientSet set) {
    int count = (int) Math.min(CHECKED, elements);
    InvertedActivation scalar = Backends.of("scalar").open(set);
    MemorySegment expected = host(count);
    MemorySegment indicator =
        MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(count)]);
    MemorySegment found = download(y, count);
    scalar.forward(dtype, download(x, count), expected, indicator);
    requireNear(set.name() + " forward", expected, found);
    scalar.backward(dtype, download(dy, count), found, indicator, expected);
    requireNear(set.name() + " backward", expected, download(dx, count));
  }

  private void requireNear(String pass, MemorySegment expected, MemorySegment found) {
    double relative = TOLERANCE + (dtype.isHalf() ? Math.scalb(1.0, 1 - dtype.precision()) : 0);
    for (int i = 0; i < expected.byteSize() / dtype.bytes(); i++) {
      float wanted = Tensors.get(dtype, expected, i);
      float given = Tensors.get(dtype, found, i);
      if (!(Math.abs(wanted - given) <= relative * Math.abs(wanted) + TOLERANCE)) {
        throw new BenchmarkException(
            pass + " in " + dtype.label() + " gives " + given + " for " + wanted);
      }
    }
  }

  private MemorySegment host(long count) {
    return MemorySegment.ofArray(new float[(int) count]).asSlice(0, count * dtype.bytes());
  }

  private MemorySegment download(DeviceBuffer buffer, int count) {
    MemorySegment values = host(count);
    buffer.download(stream, values);
    return values;
  }

  private DeviceBuffer allocate(long bytes) {
    DeviceBuffer buffer = DeviceBuffer.allocate(context, bytes);
    buffers.add(buffer);
    return buffer;
  }

  /** A tensor of random numbers from N(0, 1). */
  private DeviceBuffer normal(long seed) {
    DeviceBuffer tensor = allocate(elements * dtype.bytes());
    long bytes = tensor.memory().byteSize();
    long count = Math.min(Tensors.PERIOD, elements);
    try (Tensors host = new Tensors(dtype, count);
        DeviceBuffer period = DeviceBuffer.allocate(context, count * dtype.bytes())) {
      period.upload(stream, host.normal(seed));
      for (long at = 0; at < bytes; at += period.memory().byteSize()) {
        long length = Math.min(period.memory().byteSize(), bytes - at);
        tensor.copyFrom(stream, at, period.memory().slice(0, length));
      }
      stream.synchronize();
    }
    return tensor;
  }
}
