package invact.runtime.cuda;

import invact.coefficients.CoefficientSet;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import invact.runtime.internal.ScalarActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Times the passes on a device, by events around single runs, beside a copy of the same tensor. The
 * passes of a dtype take turns, so that what the card does over time befalls all of them.
 *
 * <p>Inputs are random: x, dy, b ~ N(0, 1). The tensors are larger than any cache, if the number of
 * elements is the default.
 */
public final class DeviceBenchmark {
  /** 512 MiB in 16 bits. */
  public static final long DEFAULT_ELEMENTS = 1L << 28;

  /** Until the clocks have settled: the first rows used to come out 1 % slower after 30 ms. */
  private static final long WARM_UP_NANOS = 1_000_000_000;

  private static final int RUNS = 101;

  /** So many results are compared with the scalar implementation's before anything is timed. */
  private static final int CHECKED = 4096;

  /** The largest error of y and dx for that, relative and absolute; {@link DeviceActivation}. */
  private static final double TOLERANCE = 1e-5;

  /** As many random numbers are made as this, and repeated. */
  private static final int PERIOD = 1 << 20;

  /** What a small call does, for the cost of a launch. */
  private static final int SMALL = 4096;

  private static final int LAUNCHES = 20_000;

  /**
   * What one pass took.
   *
   * @param op {@code copy}, or what ran and its pass: {@code gelu-forward}, {@code swiglu-backward}
   * @param set the name of the coefficient set that took part in it, if one did
   * @param dtype the dtype
   * @param elements the number of elements
   * @param bytesPerElement what the pass moves at least
   * @param millis the median of the runs
   * @param lowMillis what a fifth of the runs stayed below
   * @param highMillis what a fifth of the runs exceeded
   * @param shareOfCopy its bytes a second, by those of a copy of one such tensor
   */
  public record Row(
      String op,
      Optional<String> set,
      Dtype dtype,
      long elements,
      double bytesPerElement,
      double millis,
      double lowMillis,
      double highMillis,
      double shareOfCopy) {
    /** Bytes moved a second, in units of 10⁹. */
    public double gigabytesPerSecond() {
      return elements * bytesPerElement / millis / 1e6;
    }
  }

  /**
   * A set whose passes are timed.
   *
   * @param name what its rows are called
   * @param set the set
   * @param leastForTable how many elements in bf16 go through a table
   */
  record Subject(String name, CoefficientSet set, long leastForTable) {}

  /** A pass, and the times it took. */
  private static final class Timed {
    private final String op;
    private final Optional<String> set;
    private final double bytesPerElement;
    private final Runnable call;
    private final float[] millis = new float[RUNS];

    Timed(String op, Optional<String> set, double bytesPerElement, Runnable call) {
      this.op = op;
      this.set = set;
      this.bytesPerElement = bytesPerElement;
      this.call = call;
    }
  }

  private final Context context;
  private final Kernels kernels;
  private final Stream stream;
  private final long elements;
  private final List<Timed> passes = new ArrayList<>();

  private DeviceBenchmark(Context context, Kernels kernels, Stream stream, long elements) {
    this.context = context;
    this.kernels = kernels;
    this.stream = stream;
    this.elements = elements;
  }

  /**
   * Times everything in one dtype: a copy, the passes of the sets, the gated units of their
   * activations.
   *
   * @param context the device
   * @param dtype the dtype
   * @param sets coefficient sets
   * @param elements the number of elements, at least 1
   * @return the rows
   * @throws IllegalStateException if a result is wrong
   */
  public static List<Row> run(
      Context context, Dtype dtype, List<CoefficientSet> sets, long elements) {
    return time(
        context,
        dtype,
        sets.stream()
            .map(set -> new Subject(set.name(), set, DeviceActivation.leastForTable(set)))
            .toList(),
        elements);
  }

  static List<Row> time(Context context, Dtype dtype, List<Subject> subjects, long elements) {
    try (Kernels kernels = Kernels.load(context);
        Stream stream = Stream.create(context)) {
      return new DeviceBenchmark(context, kernels, stream, elements).time(dtype, subjects);
    }
  }

  /**
   * The time that the host takes to queue one small forward pass, the device never waited for.
   *
   * @param context the device
   * @param set a coefficient set
   * @return microseconds a call, the median of 20 000
   */
  public static double launchMicros(Context context, CoefficientSet set) {
    try (Kernels kernels = Kernels.load(context);
        Stream stream = Stream.create(context);
        DeviceBuffer x = DeviceBuffer.allocate(context, 2L * SMALL);
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
          if (i % 256 == 0) {
            // A full queue would make the host wait.
            stream.synchronize();
          }
        }
      }
      stream.synchronize();
      Arrays.sort(micros);
      return micros[LAUNCHES / 2];
    }
  }

  private List<Row> time(Dtype dtype, List<Subject> subjects) {
    long bytes = elements * dtype.bytes();
    try (DeviceBuffer first = random(dtype, 1);
        DeviceBuffer second = random(dtype, 2);
        DeviceBuffer third = DeviceBuffer.allocate(context, bytes);
        DeviceBuffer fourth = DeviceBuffer.allocate(context, bytes);
        DeviceBuffer fifth = DeviceBuffer.allocate(context, bytes);
        DeviceBuffer bits =
            DeviceBuffer.allocate(context, InvertedActivation.indicatorBytes(elements));
        Event start = new Event(context);
        Event end = new Event(context)) {
      double tensor = dtype.bytes();
      double bit = 1.0 / Byte.SIZE;
      add("copy", Optional.empty(), 2 * tensor, () -> third.copyFrom(stream, first.memory()));
      for (Subject subject : subjects) {
        DeviceActivation activation = kernels.activation(subject.set, subject.leastForTable);
        DeviceMemory y = third.memory();
        Runnable forward =
            () -> activation.forward(stream, dtype, first.memory(), y, bits.memory());
        Runnable backward =
            () ->
                activation.backward(
                    stream, dtype, second.memory(), y, bits.memory(), fourth.memory());
        forward.run();
        backward.run();
        check(subject, dtype, first, second, third, fourth);
        String op = subject.set.activation().name();
        add(op + "-forward", Optional.of(subject.name), 2 * tensor + bit, forward);
        add(op + "-backward", Optional.of(subject.name), 3 * tensor + bit, backward);
      }
      subjects.stream()
          .map(subject -> subject.set.activation())
          .distinct()
          .filter(Kernels::isGate)
          .forEach(activation -> {
            DeviceGatedUnit unit = kernels.gatedUnit(activation);
            String op = GatedUnit.name(activation);
            add(
                op + "-forward",
                Optional.empty(),
                3 * tensor,
                () ->
                    unit.forward(stream, dtype, first.memory(), second.memory(), third.memory()));
            add(
                op + "-backward",
                Optional.empty(),
                5 * tensor,
                () ->
                    unit.backward(
                        stream,
                        dtype,
                        second.memory(),
                        first.memory(),
                        third.memory(),
                        fourth.memory(),
                        fifth.memory()));
          });
      for (long begin = System.nanoTime(); System.nanoTime() - begin < WARM_UP_NANOS; ) {
        passes.forEach(timed -> timed.call.run());
        stream.synchronize();
      }
      for (int run = 0; run < RUNS; run++) {
        for (Timed timed : passes) {
          start.record(stream);
          timed.call.run();
          end.record(stream);
          end.synchronize();
          timed.millis[run] = end.millisSince(start);
        }
      }
    }
    double copyRate = row(passes.getFirst(), dtype, 1).gigabytesPerSecond();
    return passes.stream().map(timed -> row(timed, dtype, copyRate)).toList();
  }

  private void add(String op, Optional<String> set, double bytesPerElement, Runnable call) {
    passes.add(new Timed(op, set, bytesPerElement, call));
  }

  private Row row(Timed timed, Dtype dtype, double copyRate) {
    Arrays.sort(timed.millis);
    double millis = timed.millis[RUNS / 2];
    return new Row(
        timed.op,
        timed.set,
        dtype,
        elements,
        timed.bytesPerElement,
        millis,
        timed.millis[RUNS / 5],
        timed.millis[RUNS - 1 - RUNS / 5],
        elements * timed.bytesPerElement / millis / 1e6 / copyRate);
  }

  /** The first results are the scalar implementation's, but for roundings. */
  private void check(
      Subject subject,
      Dtype dtype,
      DeviceBuffer x,
      DeviceBuffer dy,
      DeviceBuffer y,
      DeviceBuffer dx) {
    int count = (int) Math.min(CHECKED, elements);
    ScalarActivation scalar = new ScalarActivation(subject.set);
    MemorySegment expected = allocate(dtype, count);
    MemorySegment indicator =
        MemorySegment.ofArray(new byte[(int) InvertedActivation.indicatorBytes(count)]);
    MemorySegment found = download(dtype, y, count);
    scalar.forward(dtype, download(dtype, x, count), expected, indicator);
    requireNear(subject.name + " forward", dtype, expected, found);
    scalar.backward(dtype, download(dtype, dy, count), found, indicator, expected);
    requireNear(subject.name + " backward", dtype, expected, download(dtype, dx, count));
  }

  private MemorySegment download(Dtype dtype, DeviceBuffer buffer, int count) {
    MemorySegment values = allocate(dtype, count);
    buffer.download(stream, values);
    return values;
  }

  private static MemorySegment allocate(Dtype dtype, int count) {
    return MemorySegment.ofArray(new float[count]).asSlice(0, (long) count * dtype.bytes());
  }

  private static void requireNear(
      String pass, Dtype dtype, MemorySegment expected, MemorySegment found) {
    double relative = TOLERANCE + (dtype.isHalf() ? Math.scalb(1.0, 1 - dtype.precision()) : 0);
    for (int i = 0; i < expected.byteSize() / dtype.bytes(); i++) {
      float wanted = value(dtype, expected, i);
      float given = value(dtype, found, i);
      if (!(Math.abs(wanted - given) <= relative * Math.abs(wanted) + TOLERANCE)) {
        throw new IllegalStateException(
            pass + " in " + dtype.label() + " gives " + given + " for " + wanted);
      }
    }
  }

  private static float value(Dtype dtype, MemorySegment values, int i) {
    return dtype == Dtype.FP32
        ? values.getAtIndex(ValueLayout.JAVA_FLOAT, i)
        : dtype.decode(values.getAtIndex(ValueLayout.JAVA_SHORT, i));
  }

  private DeviceBuffer random(Dtype dtype, long seed) {
    DeviceBuffer buffer = DeviceBuffer.allocate(context, elements * dtype.bytes());
    SplittableRandom random = new SplittableRandom(seed);
    int count = (int) Math.min(PERIOD, elements);
    try (Arena arena = Arena.ofConfined();
        DeviceBuffer period = DeviceBuffer.allocate(context, (long) count * dtype.bytes())) {
      MemorySegment values = arena.allocate((long) count * dtype.bytes(), Float.BYTES);
      for (int i = 0; i < count; i++) {
        float value = (float) random.nextGaussian();
        if (dtype == Dtype.FP32) {
          values.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        } else {
          values.setAtIndex(ValueLayout.JAVA_SHORT, i, dtype.encode(value));
        }
      }
      period.upload(stream, values);
      for (long offset = 0; offset < buffer.memory().byteSize(); offset += values.byteSize()) {
        buffer.copyFrom(
            stream,
            offset,
            period
                .memory()
                .slice(0, Math.min(values.byteSize(), buffer.memory().byteSize() - offset)));
      }
      stream.synchronize();
    }
    return buffer;
  }

  /**
   * The rows as a table in Markdown.
   *
   * @param rows the rows
   * @param to receives the lines
   */
  public static void print(List<Row> rows, Consumer<String> to) {
    to.accept("| format | op | set | B/element | ms, median (p20–p80) | GB/s | share of copy |");
    to.accept("|---|---|---|---|---|---|---|");
    for (Row row : rows) {
      to.accept(
          "| %s | %s | %s | %.3f | %.4f (%.4f–%.4f) | %.0f | %.3f |"
              .formatted(
                  row.dtype.label(),
                  row.op,
                  row.set.orElse("-"),
                  row.bytesPerElement,
                  row.millis,
                  row.lowMillis,
                  row.highMillis,
                  row.gigabytesPerSecond(),
                  row.shareOfCopy));
    }
  }
}
