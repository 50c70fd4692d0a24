package invact.runtime.internal.vector;

import invact.coefficients.CoefficientSet;
import invact.internal.arithmetic.Backward;
import invact.internal.arithmetic.Forward;
import invact.internal.program.Computation;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import invact.runtime.internal.BufferCheck;
import invact.runtime.internal.ScalarActivation;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An activation on whole registers. The scalar backend computes the elements after the last whole
 * register, fp32 where the program does not compile to registers, and buffers that lie in different
 * kinds of {@link Storage}.
 */
final class VectorActivation implements InvertedActivation {
  private final ScalarActivation scalar;
  private final Map<Dtype, Loops> forward = new EnumMap<>(Dtype.class);
  private final Map<Dtype, Loops> backward = new EnumMap<>(Dtype.class);

  VectorActivation(CoefficientSet set) {
    scalar = new ScalarActivation(set);
    Forward.pass(set.activation())
        .filter(pass -> LoopCompiler.compiles(pass.program()))
        .ifPresent(pass ->
            forward.put(
                Dtype.FP32,
                new Loops(
                    () -> pass, Stream.floats("x"), Stream.floats("y"), Stream.bits("right"))));
    Backward.Indicator indicator = Lanes.MASKED ? Backward.Indicator.BOOL : Backward.Indicator.SIGN;
    Optional<Computation> joined = Backward.joined(set, Dtype.FP32, indicator);
    Computation pass = joined.orElseGet(() -> Backward.either(set, Dtype.FP32, indicator));
    if (LoopCompiler.compiles(pass.program())) {
      String bits = indicator == Backward.Indicator.BOOL ? "right" : "left_sign";
      backward.put(
          Dtype.FP32,
          new Loops(
              () -> pass,
              Stream.floats("dy"),
              Stream.floats("y"),
              Stream.bits(bits),
              Stream.floats("dx")));
    }
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.FP16)) {
      forward.put(
          dtype,
          new Loops(
              () -> LookUps.forward(scalar, dtype),
              Stream.unsigned("x"),
              Stream.unsigned("y"),
              Stream.bits("right")));
      backward.put(
          dtype,
          new Loops(
              () -> LookUps.backward(scalar, dtype),
              Stream.signed("dy"),
              Stream.unsigned("y"),
              Stream.bits("right"),
              Stream.unsigned("dx")));
    }
  }

  @Override
  public void forward(Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = BufferCheck.BUFFERS.forward(dtype, x, y, indicator);
    long whole = forward.getOrDefault(dtype, Loops.NONE).run(elements, x, y, indicator, null, null);
    scalar.forward(dtype, x, y, indicator, whole, elements);
  }

  @Override
  public void backward(
      Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx) {
    long elements = BufferCheck.BUFFERS.backward(dtype, dy, y, indicator, dx);
    long whole = backward.getOrDefault(dtype, Loops.NONE).run(elements, dy, y, indicator, dx, null);
    scalar.backward(dtype, dy, y, indicator, dx, whole, elements);
  }
}
