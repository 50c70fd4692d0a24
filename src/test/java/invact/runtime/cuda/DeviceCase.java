package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.DTYPES;
import static invact.runtime.cuda.DtypeValues.segment;
import static invact.runtime.cuda.DtypeValues.value;

import invact.coefficients.CoefficientSet;
import invact.form.internal.Form;
import invact.form.internal.PaperGeluLeft;
import invact.form.internal.PaperRight;
import invact.form.internal.RootExponential;
import invact.form.internal.RootRational;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.cuda.internal.ActivationKernels;
import invact.runtime.cuda.internal.KernelMaker;
import invact.runtime.cuda.internal.OutputTable;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/**
 * One coefficient set in one dtype.
 *
 * @param set the set
 * @param dtype the dtype
 * @param leastForTable from how many elements on its table is used, if it has one
 * @param maker where its kernels come from
 */
public record DeviceCase(CoefficientSet set, Dtype dtype, long leastForTable, KernelMaker maker) {
  /** A case as the library runs it. */
  public DeviceCase(CoefficientSet set, Dtype dtype) {
    this(set, dtype, ActivationKernels.leastForTable(set), KernelMaker.BEST);
  }

  /** All sets in all dtypes. */
  public static Stream<DeviceCase> shipped() {
    return DeviceSets.all().stream()
        .flatMap(set -> DTYPES.stream().map(dtype -> new DeviceCase(set, dtype)));
  }

  /** All sets that have a table of outputs. */
  public static Stream<DeviceCase> tables() {
    return shipped()
        .filter(c -> c.dtype == Dtype.BF16 && OutputTable.of(c.set).isPresent())
        .map(c -> new DeviceCase(c.set, c.dtype, 0, c.maker));
  }

  /** All sets in all dtypes, in bf16 with the table of outputs and without it. */
  public static Stream<DeviceCase> all() {
    return Stream.concat(shipped(), tables());
  }

  /** The same, and all sets in all dtypes compiled by NVRTC, and interpreted. */
  public static Stream<DeviceCase> allMakers() {
    return Stream.concat(
        all(),
        shipped()
            .flatMap(c ->
                Stream.of(KernelMaker.NVRTC, KernelMaker.INTERPRETER)
                    .map(maker -> new DeviceCase(c.set, c.dtype, Long.MAX_VALUE, maker))));
  }

  DeviceActivation open(Gpu gpu) {
    return gpu.kernels(maker).activation(set, leastForTable);
  }

  /** Whether the kernels' results are the scalar implementation's on every path. */
  boolean isExact() {
    return Stream.of(set.left(), set.right())
        .map(piece -> piece.approximant().approximant().form())
        .noneMatch(
            form -> isTranscendental(form) || dtype == Dtype.FP16 && form instanceof RootRational);
  }

  private static boolean isTranscendental(Form form) {
    return form instanceof PaperGeluLeft
        || form instanceof PaperRight
        || form instanceof RootExponential;
  }

  /** The scalar implementation's results. */
  public float[] backward(float[] dy, float[] y, byte[] indicator) {
    MemorySegment dx = segment(dtype, dy);
    Backends.of("scalar")
        .open(set)
        .backward(dtype, dx, segment(dtype, y), MemorySegment.ofArray(indicator), dx);
    float[] result = new float[dy.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = value(dtype, dx, i);
    }
    return result;
  }

  @Override
  public String toString() {
    return set.name()
        + " "
        + dtype.label()
        + (leastForTable == 0 ? " table" : "")
        + (maker == KernelMaker.BEST ? "" : " " + maker);
  }
}
