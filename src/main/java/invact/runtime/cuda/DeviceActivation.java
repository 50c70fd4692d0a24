package invact.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import invact.activation.Activation;
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
 * <p><b>Forward.</b> S is exact. y is not the scalar implementation's, which computes in double
 * precision: in fp32 it is at most {@value #FORWARD_MAX_ULP} ulp from f(x), wherever f(x) is a
 * normal number; in bf16 and fp16 before the one rounding it is off by at most 3·10⁻⁵ of itself, so
 * that y is f(x) rounded or, where that was nearly a tie, its neighbour.
 *
 * <p><b>Backward.</b> With forms of polynomials and rationals dx is the scalar implementation's,
 * bit for bit, but that rationals in bf16 and fp16, on the fast path, take the root to 1 and the
 * quotient to 3 ulp of fp32 before the one rounding. The forms with exp and pow use CUDA's own: g
 * differs by at most 2·10⁻⁷·(1 + |y|), as measured.
 *
 * <p><b>Addresses.</b> Tensors lie at even addresses. With all of them at multiples of 16, and a
 * set of polynomials or rationals of {@link FixedKernel common degrees}, the pass runs at the speed
 * of a copy; else kernels run that take every form, and are slower.
 *
 * <p><b>Calls.</b> A call queues its work and returns; nothing is allocated. Threads may share an
 * instance.
 */
public final class DeviceActivation {
  /** Largest error of y in fp32 in ulp of f(x), measured at 4.2 million x, rounded up. */
  public static final int FORWARD_MAX_ULP = 7;

  /** The structures ForwardArguments of forward.cu and Tensors of backward.cu. */
  private static final long FORWARD_BYTES = 40;

  private static final long TENSOR_BYTES = 48;

  private final CoefficientSet set;
  private final Map<FloatFormat, Passes> passes = new EnumMap<>(FloatFormat.class);

  /** The kernels of one format. */
  private record Passes(Kernel wide, Kernel any, Kernel backward, Optional<Kernel> fixed) {}

  DeviceActivation(CoefficientSet set, Module forward, Module backward) {
    this.set = set;
    // The scalar implementation refuses what fp32 cannot hold.
    Backends.of("scalar").open(set);
    Optional<FixedKernel> fixed = FixedKernel.of(set);
    for (FloatFormat format :
        new FloatFormat[] {FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16}) {
      String name = "forward_" + set.activation().name() + "_" + format.label();
      passes.put(
          format,
          new Passes(
              forward(forward.kernel(name + "_wide", FORWARD_BYTES)),
              forward(forward.kernel(name + "_any", FORWARD_BYTES)),
              anyBackward(backward, format),
              fixed.map(kernel -> fixedBackward(backward, format, kernel))));
    }
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
   * Whether the backward pass of this set runs at the speed of a copy.
   *
   * @return whether there is a kernel of its degrees
   */
  public boolean isFast() {
    return passes.get(FloatFormat.FP32).fixed.isPresent();
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
    boolean wide =
        dy.isAligned(DeviceCheck.WIDE)
            && y.isAligned(DeviceCheck.WIDE)
            && dx.isAligned(DeviceCheck.WIDE)
            && passes.get(format).fixed.isPresent();
    Kernel kernel = wide ? passes.get(format).fixed.get() : passes.get(format).backward;
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

  private Kernel forward(Kernel kernel) {
    kernel.arguments().set(JAVA_FLOAT, 32, threshold(set.activation()));
    return kernel;
  }

  /** The least fp32 number that is not below T: x ≥ it says what x ≥ T says. */
  private static float threshold(Activation activation) {
    float nearest = (float) activation.argmin();
    return nearest < activation.argmin() ? Math.nextUp(nearest) : nearest;
  }

  private Kernel anyBackward(Module backward, FloatFormat format) {
    Kernel kernel =
        backward.kernel(
            "backward_" + format.label() + "_any", TENSOR_BYTES + 2 * ApproximantArguments.BYTES);
    MemorySegment arguments = kernel.arguments();
    tensors(arguments);
    ApproximantArguments.store(set.left().approximant().approximant(), arguments, TENSOR_BYTES);
    ApproximantArguments.store(
        set.right().approximant().approximant(),
        arguments,
        TENSOR_BYTES + ApproximantArguments.BYTES);
    return kernel;
  }

  private Kernel fixedBackward(Module backward, FloatFormat format, FixedKernel fixed) {
    Kernel kernel = backward.kernel(fixed.name(format), TENSOR_BYTES + fixed.argumentBytes());
    tensors(kernel.arguments());
    fixed.store(kernel.arguments(), TENSOR_BYTES);
    return kernel;
  }

  private void tensors(MemorySegment arguments) {
    Target target = set.left().approximant().target();
    arguments.set(JAVA_FLOAT, 40, (float) set.activation().minimum());
    arguments.set(JAVA_INT, 44, target == Target.SIGMOID ? 1 : 0);
  }
}
