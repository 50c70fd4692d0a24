package invact.runtime.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.numeric.Dtype;
import invact.numeric.internal.PerDtype;
import invact.runtime.InvertedActivation;
import invact.runtime.internal.scalar.FloatFunction;
import invact.runtime.internal.scalar.ScalarFunctions;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** The specification of {@link InvertedActivation}, one element after the other. */
public final class ScalarActivation implements InvertedActivation {
  private final FloatFunction activation;
  private final double argmin;
  private final Map<Dtype, FloatFunction> left;
  private final Map<Dtype, FloatFunction> right;

  /**
   * An activation ready to run.
   *
   * @param set its coefficients
   * @throws IllegalArgumentException if they cannot be held in fp32
   */
  public ScalarActivation(CoefficientSet set) {
    activation = ScalarFunctions.forward(set.activation());
    argmin = set.activation().argmin();
    left = derivatives(set, Branch.LEFT);
    right = derivatives(set, Branch.RIGHT);
  }

  private static Map<Dtype, FloatFunction> derivatives(CoefficientSet set, Branch branch) {
    BranchApproximant approximant = set.branch(branch).approximant();
    Map<Dtype, FloatFunction> derivatives = new EnumMap<>(Dtype.class);
    for (Dtype dtype : PerDtype.DTYPES) {
      derivatives.put(dtype, ScalarFunctions.derivative(approximant, set.decoding().get(dtype)));
    }
    return derivatives;
  }

  @Override
  public void forward(Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    forward(dtype, x, y, indicator, 0, BufferCheck.BUFFERS.forward(dtype, x, y, indicator));
  }

  /**
   * The forward pass over a part of buffers that {@link BufferCheck} has passed.
   *
   * @param dtype fp32, bf16 or fp16
   * @param x the inputs
   * @param y receives the outputs
   * @param indicator receives the bits S
   * @param from the first element, a multiple of 8
   * @param to one beyond the last element
   */
  public void forward(
      Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator, long from, long to) {
    for (long first = from; first < to; first += Byte.SIZE) {
      long end = Math.min(first + Byte.SIZE, to);
      int bits = 0;
      for (long i = first; i < end; i++) {
        float input = load(dtype, x, i);
        store(dtype, y, i, activation.apply(input));
        if (input >= argmin) {
          bits |= 1 << (i - first);
        }
      }
      indicator.set(JAVA_BYTE, first / Byte.SIZE, (byte) bits);
    }
  }

  @Override
  public void backward(
      Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx) {
    backward(
        dtype, dy, y, indicator, dx, 0, BufferCheck.BUFFERS.backward(dtype, dy, y, indicator, dx));
  }

  /**
   * The backward pass over a part of buffers that {@link BufferCheck} has passed.
   *
   * @param dtype fp32, bf16 or fp16
   * @param dy the derivatives of the loss by y
   * @param y the outputs
   * @param indicator the bits S
   * @param dx receives the derivatives of the loss by x
   * @param from the first element, a multiple of 8
   * @param to one beyond the last element
   */
  public void backward(
      Dtype dtype,
      MemorySegment dy,
      MemorySegment y,
      MemorySegment indicator,
      MemorySegment dx,
      long from,
      long to) {
    FloatFunction left = this.left.get(dtype);
    FloatFunction right = this.right.get(dtype);
    for (long first = from; first < to; first += Byte.SIZE) {
      long end = Math.min(first + Byte.SIZE, to);
      int bits = indicator.get(JAVA_BYTE, first / Byte.SIZE);
      for (long i = first; i < end; i++) {
        FloatFunction branch = (bits >> (i - first) & 1) == 0 ? left : right;
        float g = branch.apply(load(dtype, y, i));
        store(dtype, dx, i, load(dtype, dy, i) * g);
      }
    }
  }

  /**
   * g on one branch.
   *
   * @param branch the branch
   * @param dtype the dtype of the outputs: fp32, bf16 or fp16
   * @return the derivative that backward multiplies by
   */
  public FloatFunction derivative(Branch branch, Dtype dtype) {
    return (branch == Branch.LEFT ? left : right).get(dtype);
  }

  static float load(Dtype dtype, MemorySegment segment, long i) {
    return dtype == Dtype.FP32
        ? segment.get(JAVA_FLOAT_UNALIGNED, i * Float.BYTES)
        : dtype.decode(segment.get(JAVA_SHORT_UNALIGNED, i * Short.BYTES));
  }

  static void store(Dtype dtype, MemorySegment segment, long i, float value) {
    if (dtype == Dtype.FP32) {
      segment.set(JAVA_FLOAT_UNALIGNED, i * Float.BYTES, value);
    } else {
      segment.set(JAVA_SHORT_UNALIGNED, i * Short.BYTES, dtype.encode(value));
    }
  }
}
