package invact.runtime.internal.vector;

import invact.activation.Activation;
import invact.internal.arithmetic.Gate;
import invact.internal.program.Computation;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.internal.BufferCheck;
import invact.runtime.internal.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A gated unit on whole registers. The scalar backend computes the elements after the last whole
 * register, fp32 where the gate has no program, and buffers that lie in different kinds of {@link
 * Storage}.
 */
final class VectorGatedUnit implements GatedUnit {
  private final ScalarGatedUnit scalar;
  private final Map<Dtype, Loops> forward = new EnumMap<>(Dtype.class);
  private final Map<Dtype, Loops> backward = new EnumMap<>(Dtype.class);

  VectorGatedUnit(Activation activation) {
    scalar = new ScalarGatedUnit(activation);
    boolean keepsProduct = GatedUnit.keepsProduct(Dtype.FP32);
    Optional<Computation> fp32Forward = Gate.forward(activation, keepsProduct);
    Optional<Computation> fp32Backward = Gate.backward(activation, keepsProduct);
    if (fp32Forward.isPresent() && fp32Backward.isPresent()) {
      forward.put(
          Dtype.FP32,
          new Loops(fp32Forward::get, Stream.floats("a"), Stream.floats("b"), Stream.floats("p")));
      backward.put(Dtype.FP32, backward(fp32Backward::get, Stream.Kind.FLOAT, Stream.Kind.FLOAT));
    }
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.FP16)) {
      forward.put(
          dtype,
          new Loops(
              () -> LookUps.gatedForward(scalar, dtype),
              Stream.unsigned("a"),
              Stream.signed("b"),
              Stream.signed("p")));
      backward.put(
          dtype,
          backward(
              () -> LookUps.gatedBackward(scalar, dtype),
              Stream.Kind.SIGNED_16,
              Stream.Kind.UNSIGNED_16));
    }
  }

  private static Loops backward(
      Supplier<Computation> program, Stream.Kind kind, Stream.Kind gateKind) {
    return new Loops(
        program,
        new Stream("dp", kind),
        new Stream("a", gateKind),
        new Stream("kept", kind),
        new Stream("da", kind),
        new Stream("db", kind));
  }

  @Override
  public Activation activation() {
    return scalar.activation();
  }

  @Override
  public void forward(Dtype dtype, MemorySegment a, MemorySegment b, MemorySegment p) {
    long elements = BufferCheck.BUFFERS.gatedForward(dtype, a, b, p);
    long whole = forward.getOrDefault(dtype, Loops.NONE).run(elements, a, b, p, null, null);
    scalar.forward(dtype, a, b, p, whole, elements);
  }

  @Override
  public void backward(
      Dtype dtype,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db) {
    long elements = BufferCheck.BUFFERS.gatedBackward(dtype, dp, a, kept, da, db);
    long whole = backward.getOrDefault(dtype, Loops.NONE).run(elements, dp, a, kept, da, db);
    scalar.backward(dtype, dp, a, kept, da, db, whole, elements);
  }
}
