package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.coefficients.CoefficientSet;
import invact.internal.arithmetic.Backward;
import invact.internal.program.Computation;
import invact.numeric.Dtype;
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
 * <p><b>Forward.</b> S is exact. In fp32 y of GELU and SiLU is the scalar implementation's, bit for
 * bit, at most 2 ulp from f(x); an |x| of more than 4.75 (GELU) or 8.5 (SiLU) takes an exponential,
 * for which the other threads of its warp wait. In bf16 and fp16 y before the one rounding is off
 * by at most 3·10⁻⁵ of itself, so that it is f(x) rounded or, where that was nearly a tie, its
 * neighbour. Other activations are computed in fp64, by CUDA's exp, and rounded once: y is the
 * scalar implementation's or, where that was nearly a tie, its neighbour.
 *
 * <p><b>Backward.</b> With forms of polynomials and rationals dx is the scalar implementation's,
 * bit for bit, but that rationals in fp16 take the root to 1 and the quotient to 3 ulp of fp32
 * before the one rounding. The forms with exp and pow use estimates or CUDA's own: g differs by at
 * most 2·10⁻⁷·(1 + |y|), as measured in fp32, and by nothing where a table of all outputs stands
 * for them, in bf16.
 *
 * <p><b>Addresses.</b> Tensors lie at even addresses. With all of them at multiples of 16, and
 * forms that are {@link #isFast}, a pass runs at about the speed of a copy; else each element is
 * moved by itself, which is slower.
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

  private final CoefficientSet set;
  private final long leastForTable;
  private final Map<Dtype, Passes> passes = new EnumMap<>(Dtype.class);

  /** The kernels of one dtype; at least one of the backward pass, by a program or a table. */
  private record Passes(
      ElementKernel forward, Optional<ElementKernel> program, Optional<ElementKernel> table) {
    ElementKernel backward(long elements, long leastForTable) {
      return table
          .filter(_ -> elements >= leastForTable || program.isEmpty())
          .or(() -> program)
          .orElseThrow();
    }
  }

  /**
   * Kernels for a set.
   *
   * @param set the set
   * @param forward its forward pass
   * @param kernels where they come from
   * @param leastForTable how many elements go through a table
   */
  DeviceActivation(CoefficientSet set, Pass forward, Kernels kernels, long leastForTable) {
    this.set = set;
    this.leastForTable = leastForTable;
    // The scalar implementation refuses what fp32 cannot hold.
    Backends.of("scalar").open(set);
    Pass backward = BackwardPass.of(set).pass();
    boolean isAtHand = kernels.isAtHand(backward);
    for (Dtype dtype : Pass.DTYPES) {
      boolean mayTake = dtype == Dtype.BF16 && (!isAtHand || leastForTable < Long.MAX_VALUE);
      Optional<ElementKernel> table =
          mayTake
              ? OutputTable.of(set).map(outputs -> tableBackward(kernels, outputs, set))
              : Optional.empty();
      passes.put(
          dtype,
          new Passes(
              kernels.kernel(forward, dtype),
              // A kernel is made for what the table does not serve alone.
              table.isPresent() && (!isAtHand || leastForTable == 0)
                  ? Optional.empty()
                  : Optional.of(kernels.kernel(backward, dtype)),
              table));
    }
  }

  /** How many elements of a set go through a table, if the faster of its kernels are to run. */
  static long leastForTable(CoefficientSet set) {
    return BackwardPass.of(set).isFasterThanTable() ? Long.MAX_VALUE : LEAST_FOR_TABLE;
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
   * Whether the backward pass of this set is compiled, not interpreted. With forms as short as
   * those of the default sets it runs at about the speed of a copy then.
   *
   * @param dtype fp32, bf16 or fp16
   * @return true for two polynomials or rationals in the root of the default sets' degrees, up to
   *     eight segments of degree 5 and the paper's forms; in bf16 for every form that stands for
   *     f′; where NVRTC is installed for all
   */
  public boolean isFast(Dtype dtype) {
    return !passes.get(dtype).backward(0, leastForTable).isInterpreted();
  }

  /**
   * Queues the forward pass: y = f(x) and S = [x ≥ T].
   *
   * @param stream where it queues
   * @param dtype fp32, bf16 or fp16
   * @param x the inputs
   * @param y receives the outputs; may be {@code x}
   * @param indicator receives the bits S
   */
  public void forward(
      Stream stream, Dtype dtype, DeviceMemory x, DeviceMemory y, DeviceMemory indicator) {
    long elements = DeviceCheck.elements(dtype, "x", x);
    DeviceCheck.requireTensor("x", x, elements, dtype);
    DeviceCheck.requireTensor("y", y, elements, dtype);
    DeviceCheck.requireBytes("indicator", indicator, InvertedActivation.indicatorBytes(elements));
    DeviceCheck.requireSameOrApart("y", y, "x", x);
    DeviceCheck.requireApart("indicator", indicator, "x", x);
    DeviceCheck.requireApart("indicator", indicator, "y", y);
    if (elements == 0) {
      return;
    }
    passes.get(dtype).forward.launch(stream, elements, x, y, indicator);
  }

  /**
   * Queues the backward pass: dx = dy·g(y, S).
   *
   * @param stream where it queues
   * @param dtype fp32, bf16 or fp16
   * @param dy the derivatives of the loss by y
   * @param y the outputs that {@link #forward} gave
   * @param indicator the bits that it gave
   * @param dx receives the derivatives of the loss by x; may be {@code dy}
   */
  public void backward(
      Stream stream,
      Dtype dtype,
      DeviceMemory dy,
      DeviceMemory y,
      DeviceMemory indicator,
      DeviceMemory dx) {
    long elements = DeviceCheck.elements(dtype, "dy", dy);
    DeviceCheck.requireTensor("dy", dy, elements, dtype);
    DeviceCheck.requireTensor("y", y, elements, dtype);
    DeviceCheck.requireBytes("indicator", indicator, InvertedActivation.indicatorBytes(elements));
    DeviceCheck.requireTensor("dx", dx, elements, dtype);
    DeviceCheck.requireSameOrApart("dx", dx, "dy", dy);
    DeviceCheck.requireApart("dx", dx, "y", y);
    DeviceCheck.requireApart("dx", dx, "indicator", indicator);
    if (elements == 0) {
      return;
    }
    passes
        .get(dtype)
        .backward(elements, leastForTable)
        .launch(stream, elements, dy, y, indicator, dx);
  }

  private static ElementKernel tableBackward(
      Kernels kernels, OutputTable table, CoefficientSet set) {
    int bytes = table.values().length * Float.BYTES;
    ArgumentLayout layout = BuiltIn.TABLE_LAYOUT;
    Kernel kernel =
        kernels
            .module(BuiltIn.TABLE_UNIT)
            .kernel(BuiltIn.TABLE, layout.byteSize())
            .persistent(
                BuiltIn.TABLE_THREADS,
                bytes,
                BuiltIn.TABLE_BLOCKS * (long) kernels.multiprocessors());
    MemorySegment arguments = kernel.arguments();
    arguments.set(
        JAVA_LONG, layout.offset("table"), kernels.constant(table.values()).memory().address());
    arguments.set(JAVA_INT, layout.offset("before"), table.before() << Short.SIZE);
    Computation pass = Backward.either(set, Dtype.BF16, Backward.Indicator.BOOL);
    return ElementKernel.of(kernel, layout, pass.program());
  }
}
