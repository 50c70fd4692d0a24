package invact.runtime.cuda;

import static invact.runtime.cuda.FormatValues.FORMATS;
import static invact.runtime.cuda.FormatValues.segment;
import static invact.runtime.cuda.FormatValues.value;

import invact.approx.Form;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.RootExponential;
import invact.approx.RootRational;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.Backends;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/**
 * One coefficient set in one format.
 *
 * @param set the set
 * @param format the format
 * @param leastForTable from how many elements on its table is used, if it has one
 */
record DeviceCase(CoefficientSet set, FloatFormat format, long leastForTable) {
  /** A case as the library runs it. */
  DeviceCase(CoefficientSet set, FloatFormat format) {
    this(set, format, DeviceActivation.leastForTable(set));
  }

  /** All sets in all formats, in bf16 with the table of outputs and without it. */
  static Stream<DeviceCase> all() {
    return DeviceSets.all().stream()
        .flatMap(set -> FORMATS.stream().map(format -> new DeviceCase(set, format)))
        .flatMap(c ->
            c.format == FloatFormat.BF16
                ? Stream.of(c, new DeviceCase(c.set, c.format, 0))
                : Stream.of(c));
  }

  DeviceActivation open(Kernels kernels) {
    return kernels.activation(set, leastForTable);
  }

  /** Whether the kernels' results are the scalar implementation's on every path. */
  boolean isExact() {
    return Stream.of(set.left(), set.right())
        .map(piece -> piece.approximant().approximant().form())
        .noneMatch(form ->
            isTranscendental(form) || format == FloatFormat.FP16 && form instanceof RootRational);
  }

  private static boolean isTranscendental(Form form) {
    return form instanceof PaperGeluLeft
        || form instanceof PaperRight
        || form instanceof RootExponential;
  }

  /** The scalar implementation's results. */
  float[] backward(float[] dy, float[] y, byte[] indicator) {
    MemorySegment dx = segment(format, dy);
    Backends.of("scalar")
        .open(set)
        .backward(format, dx, segment(format, y), MemorySegment.ofArray(indicator), dx);
    float[] result = new float[dy.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = value(format, dx, i);
    }
    return result;
  }

  @Override
  public String toString() {
    return set.name() + " " + format.label() + (leastForTable == 0 ? " table" : "");
  }
}
