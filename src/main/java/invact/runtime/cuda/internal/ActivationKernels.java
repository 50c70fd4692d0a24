package invact.runtime.cuda.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.coefficients.CoefficientSet;
import invact.internal.arithmetic.Backward;
import invact.internal.program.Computation;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.cuda.CudaException;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The kernels of an activation in each dtype, and which of them serves a call. */
public final class ActivationKernels {
  /** Names who computes bf16 backward: {@code best}, {@code table} or {@code program}. */
  static final String TABLE_PROPERTY = "invact.cuda.bf16";

  /**
   * From so many elements on a form that is slower than the table of all outputs goes through the
   * table in bf16: for fewer, every block's copy of the table takes longer than the form.
   */
  private static final long LEAST_FOR_TABLE = 1L << 22;

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
   * @param set the set, whose activation has a program
   * @param kernels where they come from
   * @param leastForTable how many elements go through a table
   */
  public ActivationKernels(CoefficientSet set, KernelLibrary kernels, long leastForTable) {
    this.leastForTable = leastForTable;
    // The scalar implementation refuses what fp32 cannot hold.
    Backends.of("scalar").open(set);
    Pass forward = Pass.forward(set.activation()).orElseThrow();
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

  /**
   * How many elements of a set go through a table, if the faster of its kernels are to run, or as
   * {@link #TABLE_PROPERTY} says.
   *
   * @param set the set
   * @return a number of elements; {@link Long#MAX_VALUE} for no table
   * @throws CudaException if the property has another value
   */
  public static long leastForTable(CoefficientSet set) {
    String property = System.getProperty(TABLE_PROPERTY, "best");
    return switch (property) {
      case "best" -> BackwardPass.of(set).isFasterThanTable() ? Long.MAX_VALUE : LEAST_FOR_TABLE;
      case "table" -> 0;
      case "program" -> Long.MAX_VALUE;
      default ->
          throw new CudaException(
              "-D" + TABLE_PROPERTY + "=" + property + " is none of best, table and program");
    };
  }

  /** The kernel of the forward pass. */
  public ElementKernel forward(Dtype dtype) {
    return passes.get(dtype).forward;
  }

  /** The kernel of the backward pass over so many elements. */
  public ElementKernel backward(Dtype dtype, long elements) {
    return passes.get(dtype).backward(elements, leastForTable);
  }

  private static ElementKernel tableBackward(
      KernelLibrary kernels, OutputTable table, CoefficientSet set) {
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
    arguments.set(JAVA_LONG, layout.offset("table"), kernels.constant(table.values()));
    arguments.set(JAVA_INT, layout.offset("before"), table.before() << Short.SIZE);
    Computation pass = Backward.either(set, Dtype.BF16, Backward.Indicator.BOOL);
    return ElementKernel.of(kernel, layout, pass.program());
  }
}
