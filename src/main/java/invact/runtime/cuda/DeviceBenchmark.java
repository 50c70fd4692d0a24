package invact.runtime.cuda;

import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.InvertedActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Times the passes on a device, each by events around single runs after a warm-up, beside a copy of
 * the same tensor.
 *
 * <p>Inputs are random: x, dy, b ~ N(0, 1). The tensors are larger than any cache, if the number of
 * elements is the default.
 */
public final class DeviceBenchmark {
  /** 512 MiB in 16 bits. */
  public static final long DEFAULT_ELEMENTS = 1L << 28;

  /** Until the clocks have settled. */
  private static final int WARM_UP = 50;

  private static final int RUNS = 101;

  /** As many random numbers are made as this, and repeated. */
  private static final int PERIOD = 1 << 20;

  /** What a small call does, for the cost of a launch. */
  private static final int SMALL = 4096;

  private static final int LAUNCHES = 20_000;

  /**
   * What one pass took.
   *
   * @param pass the pass
   * @param name of the coefficient set or unit
   * @param format the format
   * @param elements the number of elements
   * @param bytesPerElement what the pass moves at least
   * @param millis the median of the runs
   * @param lowMillis what a fifth of the runs stayed below
   * @param highMillis what a fifth of the runs exceeded
   * @param shareOfCopy its bytes a second, by those of a copy of one such tensor
   */
  public record Row(
      String pass,
      String name,
      FloatFormat format,
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

  private final Context context;
  private final Kernels kernels;
  private final Stream stream;
  private final long elements;
  private final List<Row> rows = new ArrayList<>();
  private double copyRate;

  private DeviceBenchmark(Context context, Kernels kernels, Stream stream, long elements) {
    this.context = context;
    this.kernels = kernels;
    this.stream = stream;
    this.elements = elements;
  }

  /**
   * Times everything in one format: a copy, the passes of the sets, the gated units of their
   * activations.
   *
   * @param context the device
   * @param format the format
   * @param sets coefficient sets
   * @param elements the number of elements, at least 1
   * @return the rows, in the order in which they were timed
   */
  public static List<Row> run(
      Context context, FloatFormat format, List<CoefficientSet> sets, long elements) {
    try (Kernels kernels = Kernels.load(context);
        Stream stream = Stream.create(context)) {
      DeviceBenchmark benchmark = new DeviceBenchmark(context, kernels, stream, elements);
      benchmark.time(format, sets);
      return List.copyOf(benchmark.rows);
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
          activation.forward(stream, FloatFormat.BF16, x.memory(), x.memory(), indicator.memory());
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

  private void time(FloatFormat format, List<CoefficientSet> sets) {
    long bytes = elements * format.bytes();
    try (DeviceBuffer first = random(format, 1);
        DeviceBuffer second = random(format, 2);
        DeviceBuffer third = DeviceBuffer.allocate(context, bytes);
        DeviceBuffer fourth = DeviceBuffer.allocate(context, bytes);
        DeviceBuffer fifth = DeviceBuffer.allocate(context, bytes);
        DeviceBuffer bits =
            DeviceBuffer.allocate(context, InvertedActivation.indicatorBytes(elements))) {
      copyRate = 0;
      add("copy", "-", format, 2 * format.bytes(), () -> third.copyFrom(stream, first.memory()));
      copyRate = rows.getLast().gigabytesPerSecond();
      rows.set(rows.size() - 1, withShare(rows.getLast()));
      double tensor = format.bytes();
      double bit = 1.0 / Byte.SIZE;
      for (CoefficientSet set : sets) {
        DeviceActivation activation = kernels.activation(set);
        DeviceMemory y = third.memory();
        add(
            "forward",
            set.name(),
            format,
            2 * tensor + bit,
            () -> activation.forward(stream, format, first.memory(), y, bits.memory()));
        add(
            "backward",
            set.name(),
            format,
            3 * tensor + bit,
            () ->
                activation.backward(
                    stream, format, second.memory(), y, bits.memory(), fourth.memory()));
      }
      sets.stream()
          .map(CoefficientSet::activation)
          .distinct()
          .forEach(activation -> {
            DeviceGatedUnit unit = kernels.gatedUnit(activation);
            String name = activation.name() + "-gate";
            add(
                "forward",
                name,
                format,
                3 * tensor,
                () ->
                    unit.forward(stream, format, first.memory(), second.memory(), third.memory()));
            add(
                "backward",
                name,
                format,
                5 * tensor,
                () ->
                    unit.backward(
                        stream,
                        format,
                        second.memory(),
                        first.memory(),
                        third.memory(),
                        fourth.memory(),
                        fifth.memory()));
          });
    }
  }

  private Row withShare(Row row) {
    return new Row(
        row.pass,
        row.name,
        row.format,
        row.elements,
        row.bytesPerElement,
        row.millis,
        row.lowMillis,
        row.highMillis,
        row.gigabytesPerSecond() / copyRate);
  }

  private void add(
      String pass, String name, FloatFormat format, double bytesPerElement, Runnable call) {
    float[] millis = new float[RUNS];
    try (Event start = new Event(context);
        Event end = new Event(context)) {
      for (int run = -WARM_UP; run < RUNS; run++) {
        start.record(stream);
        call.run();
        end.record(stream);
        end.synchronize();
        if (run >= 0) {
          millis[run] = end.millisSince(start);
        }
      }
    }
    Arrays.sort(millis);
    Row row =
        new Row(
            pass,
            name,
            format,
            elements,
            bytesPerElement,
            millis[RUNS / 2],
            millis[RUNS / 5],
            millis[RUNS - 1 - RUNS / 5],
            0);
    rows.add(copyRate == 0 ? row : withShare(row));
  }

  private DeviceBuffer random(FloatFormat format, long seed) {
    DeviceBuffer buffer = DeviceBuffer.allocate(context, elements * format.bytes());
    SplittableRandom random = new SplittableRandom(seed);
    int count = (int) Math.min(PERIOD, elements);
    try (Arena arena = Arena.ofConfined();
        DeviceBuffer period = DeviceBuffer.allocate(context, (long) count * format.bytes())) {
      MemorySegment values = arena.allocate((long) count * format.bytes(), Float.BYTES);
      for (int i = 0; i < count; i++) {
        float value = (float) random.nextGaussian();
        if (format == FloatFormat.FP32) {
          values.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        } else {
          values.setAtIndex(ValueLayout.JAVA_SHORT, i, format.encode(value));
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
    to.accept("| format | pass | set | B/element | ms, median (p20–p80) | GB/s | share of copy |");
    to.accept("|---|---|---|---|---|---|---|");
    for (Row row : rows) {
      to.accept(
          "| %s | %s | %s | %.3f | %.4f (%.4f–%.4f) | %.0f | %.3f |"
              .formatted(
                  row.format.label(),
                  row.pass,
                  row.name,
                  row.bytesPerElement,
                  row.millis,
                  row.lowMillis,
                  row.highMillis,
                  row.gigabytesPerSecond(),
                  row.shareOfCopy));
    }
  }
}
