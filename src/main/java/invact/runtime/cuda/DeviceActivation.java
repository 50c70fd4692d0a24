package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.activation.Activation;
import invact.activation.RoundedLift;
import invact.activation.Target;
import invact.coefficient.CoefficientSet;
import invact.math.FloatFormat;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * An inverted activation on device memory: what {@link InvertedActivation} says of buffers, aliases
 * and special values holds here too.
 *
 * <p><b>Forward.</b> S is exact. In fp32 y is the scalar implementation's, bit for bit, at most 2
 * ulp from f(x); an |x| of more than 4.75 (GELU) or 8.5 (SiLU) takes an exponential, for which the
 * other threads of its warp wait. In bf16 and fp16 y before the one rounding is off by at most
 * 3·10⁻⁵ of itself, so that it is f(x) rounded or, where that was nearly a tie, its neighbour.
 *
 * <p><b>Backward.</b> With forms of polynomials and rationals dx is the scalar implementation's,
 * bit for bit, but that rationals in fp16, on the fast path, take the root to 1 and the quotient to
 * 3 ulp of fp32 before the one rounding. The forms with exp and pow use CUDA's own: g differs by at
 * most 2·10⁻⁷·(1 + |y|), as measured in fp32, and by nothing where a table of all outputs stands
 * for them, in bf16.
 *
 * <p><b>Addresses.</b> Tensors lie at even addresses. With all of them at multiples of 16, and a
 * set that {@link #isFast}, the pass runs at about the speed of a copy; else kernels run that take
 * every form and address, and are slower.
 *
 * <p><b>Calls.</b> A call queues its work and returns; nothing is allocated. Threads may share an
 * instance.
 */
public final class DeviceActivation {
  /**
   * From so many elements on a form that is slower than the table of all outputs goes through that
   * in bf16: for fewer, every block's copy of the table takes longer than the form.
   */
  private static final long LEAST_FOR_TABLE = 1L << 22;

  /** The structure ForwardTensors of forward.cu; in fp32 segments follow. */
  private static final long FORWARD_BYTES = 36;

  /** The structures Tensors and Lift of backward.cuh, with which the backward kernels' begin. */
  private static final long TENSOR_BYTES = 40;

  private static final long LIFT_BYTES = 12;

  /** What follows in BackwardArguments, FixedArguments and TableArguments. */
  private static final long ANY = TENSOR_BYTES + LIFT_BYTES;

  private static final long FORMS = ANY + 8;
  private static final long TABLE_BYTES = TENSOR_BYTES + 16;

  /** Of backward_table.cu; two blocks fill a multiprocessor. */
  private static final int TABLE_THREADS = 1024;

  private static final int TABLE_BLOCKS = 2;

  private final CoefficientSet set;
  private final long leastForTable;
  private final Map<FloatFormat, Passes> passes = new EnumMap<>(FloatFormat.class);

  /** The kernels of one format. */
  private record Passes(
      Kernel wide, Kernel any, Kernel backward, Optional<Kernel> fixed, Optional<Kernel> table) {
    /** The fast kernel for so many elements, if there is one. */
    Optional<Kernel> fast(long elements, long leastForTable) {
      return table.isPresent() && (elements >= leastForTable || fixed.isEmpty()) ? table : fixed;
    }
  }

  /**
   * Kernels for a set.
   *
   * @param set the set
   * @param kernels where they come from
   * @param leastForTable how many elements go through a table
   */
  DeviceActivation(CoefficientSet set, Kernels kernels, long leastForTable) {
    this.set = set;
    this.leastForTable = leastForTable;
    // The scalar implementation refuses what fp32 cannot hold.
    Backends.of("scalar").open(set);
    Module forward = kernels.module("forward");
    Optional<FixedForms> fixed = FixedForms.of(set);
    for (FloatFormat format :
        new FloatFormat[] {FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16}) {
      Optional<FixedForms> forms =
          fixed.filter(shape -> format != FloatFormat.BF16 || shape.hasBf16());
      boolean needsTable = forms.isEmpty() || leastForTable < Long.MAX_VALUE;
      passes.put(
          format,
          new Passes(
              forward(forward, format, "wide"),
              forward(forward, format, "any"),
              anyBackward(kernels, format),
              forms.map(shape -> fixedBackward(kernels, format, shape)),
              format == FloatFormat.BF16 && needsTable
                  ? OutputTable.of(set).map(table -> tableBackward(kernels, table))
                  : Optional.empty()));
    }
  }

  /** How many elements of a set go through a table, if the faster of its kernels are to run. */
  static long leastForTable(CoefficientSet set) {
    return FixedForms.of(set).filter(FixedForms::isFasterThanTable).isPresent()
        ? Long.MAX_VALUE
        : LEAST_FOR_TABLE;
  }

  /**
   * The coefficients.
   *
   * @return the set that this was made of
   */
  public CoefficientSet set() {
    return set;
  }

  /**
   * Whether the backward pass of this set runs at about the speed of a copy.
   *
   * @param format fp32, bf16 or fp16
   * @return whether there is a kernel for its forms: for two polynomials or rationals in the root
   *     of {@link FixedRatios common degrees}, up to eight segments of degree 5, the paper's forms;
   *     in bf16 for every form
   */
  public boolean isFast(FloatFormat format) {
    return passes.get(format).fast(0, leastForTable).isPresent();
  }

  /**
   * Queues the forward pass: y = f(x) and S = [x ≥ T].
   *
   * @param stream where it queues
   * @param format fp32, bf16 or fp16
   * @param x the inputs
   * @param y receives the outputs; may be {@code x}
   * @param indicator receives the bits S
   */
  public void forward(
      Stream stream, FloatFormat format, DeviceMemory x, DeviceMemory y, DeviceMemory indicator) {
    long elements = DeviceCheck.elements(format, "x", x);
    DeviceCheck.requireTensor("x", x, elements, format);
    DeviceCheck.requireTensor("y", y, elements, format);
    DeviceCheck.requireBytes("indicator", indicator, InvertedActivation.indicatorBytes(elements));
    DeviceCheck.requireSameOrApart("y", y, "x", x);
    DeviceCheck.requireApart("indicator", indicator, "x", x);
    DeviceCheck.requireApart("indicator", indicator, "y", y);
    if (elements == 0) {
      return;
    }
    boolean wide = x.isAligned(DeviceCheck.WIDE) && y.isAligned(DeviceCheck.WIDE);
    Kernel kernel = wide ? passes.get(format).wide : passes.get(format).any;
    synchronized (kernel) {
      MemorySegment arguments = kernel.arguments();
      arguments.set(JAVA_LONG, 0, x.address());
      arguments.set(JAVA_LONG, 8, y.address());
      arguments.set(JAVA_LONG, 16, indicator.address());
      arguments.set(JAVA_LONG, 24, elements);
      kernel.launch(stream, indicator.byteSize());
    }
  }

  /**
   * Queues the backward pass: dx = dy·g(y, S).
   *
   * @param stream where it queues
   * @param format fp32, bf16 or fp16
   * @param dy the derivatives of the loss by y
   * @param y the outputs that {@link #forward} gave
   * @param indicator the bits that it gave
   * @param dx receives the derivatives of the loss by x; may be {@code dy}
   */
  public void backward(
      Stream stream,
      FloatFormat format,
      DeviceMemory dy,
      DeviceMemory y,
      DeviceMemory indicator,
      DeviceMemory dx) {
    long elements = DeviceCheck.elements(format, "dy", dy);
    DeviceCheck.requireTensor("dy", dy, elements, format);
    DeviceCheck.requireTensor("y", y, elements, format);
    DeviceCheck.requireBytes("indicator", indicator, InvertedActivation.indicatorBytes(elements));
    DeviceCheck.requireTensor("dx", dx, elements, format);
    DeviceCheck.requireSameOrApart("dx", dx, "dy", dy);
    DeviceCheck.requireApart("dx", dx, "y", y);
    DeviceCheck.requireApart("dx", dx, "indicator", indicator);
    if (elements == 0) {
      return;
    }
    Optional<Kernel> fast = passes.get(format).fast(elements, leastForTable);
    boolean wide =
        dy.isAligned(DeviceCheck.WIDE)
            && y.isAligned(DeviceCheck.WIDE)
            && dx.isAligned(DeviceCheck.WIDE)
            && fast.isPresent();
    Kernel kernel = wide ? fast.get() : passes.get(format).backward;
    synchronized (kernel) {
      MemorySegment arguments = kernel.arguments();
      arguments.set(JAVA_LONG, 0, dy.address());
      arguments.set(JAVA_LONG, 8, y.address());
      arguments.set(JAVA_LONG, 16, indicator.address());
      arguments.set(JAVA_LONG, 24, dx.address());
      arguments.set(JAVA_LONG, 32, elements);
      kernel.launch(stream, wide ? indicator.byteSize() : elements);
    }
  }

  private Kernel forward(Module module, FloatFormat format, String suffix) {
    String name = "forward_" + set.activation().name() + "_" + format.label() + "_" + suffix;
    float[] segments =
        format == FloatFormat.FP32 ? SegmentArguments.of(set.activation()) : new float[0];
    // The structure of tensors ends at a multiple of 8.
    long function = FORWARD_BYTES + Float.BYTES;
    Kernel kernel = module.kernel(name, function + Math.max(8, segments.length * Float.BYTES));
    kernel.arguments().set(JAVA_FLOAT, FORWARD_BYTES - Float.BYTES, threshold(set.activation()));
    SegmentArguments.store(segments, kernel.arguments(), function);
    return kernel;
  }

  /** The least fp32 number that is not below T: x ≥ it says what x ≥ T says. */
  private static float threshold(Activation activation) {
    float nearest = (float) activation.argmin();
    return nearest < activation.argmin() ? Math.nextUp(nearest) : nearest;
  }

  private Kernel anyBackward(Kernels kernels, FloatFormat format) {
    Kernel kernel =
        kernels
            .module("backward_any")
            .kernel(
                "backward_" + format.label() + "_any",
                ANY + Integer.BYTES + 2 * ApproximantArguments.BYTES);
    MemorySegment arguments = kernel.arguments();
    lift(arguments, format);
    arguments.set(JAVA_INT, ANY, isSigmoid() ? 1 : 0);
    long left = ANY + Integer.BYTES;
    ApproximantArguments.store(set.left().approximant().approximant(), arguments, left);
    ApproximantArguments.store(
        set.right().approximant().approximant(), arguments, left + ApproximantArguments.BYTES);
    return kernel;
  }

  private Kernel fixedBackward(Kernels kernels, FloatFormat format, FixedForms forms) {
    Kernel kernel =
        kernels
            .module("backward_fixed")
            .kernel("backward_" + format.label() + "_" + forms.shape(), FORMS + forms.bytes());
    MemorySegment arguments = kernel.arguments();
    lift(arguments, format);
    // +∞ lies beyond the cut-off, where q = 1, whether there is one or not.
    arguments.set(JAVA_FLOAT, ANY, (float) Math.min(forms.cutoff(), Float.MAX_VALUE));
    arguments.set(JAVA_FLOAT, ANY + Float.BYTES, isSigmoid() ? 1 : 0);
    forms.store(arguments, FORMS);
    return kernel;
  }

  private Kernel tableBackward(Kernels kernels, OutputTable table) {
    int bytes = table.values().length * Float.BYTES;
    Kernel kernel =
        kernels
            .module("backward_table")
            .kernel("backward_bf16_table", TABLE_BYTES)
            .persistent(TABLE_THREADS, bytes, TABLE_BLOCKS * (long) kernels.multiprocessors());
    kernel
        .arguments()
        .set(JAVA_LONG, TENSOR_BYTES, kernels.constant(table.values()).memory().address());
    kernel.arguments().set(JAVA_INT, TENSOR_BYTES + Long.BYTES, table.before() << Short.SIZE);
    return kernel;
  }

  private void lift(MemorySegment arguments, FloatFormat format) {
    RoundedLift lift = set.decoding().get(format);
    arguments.set(JAVA_FLOAT, TENSOR_BYTES, lift.minimum());
    arguments.set(JAVA_FLOAT, TENSOR_BYTES + Float.BYTES, lift.offset());
    arguments.set(JAVA_FLOAT, TENSOR_BYTES + 2 * Float.BYTES, lift.least());
  }

  private boolean isSigmoid() {
    return set.left().approximant().target() == Target.SIGMOID;
  }
}
