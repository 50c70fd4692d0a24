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
    for (Dtype format : List.of(Dtype.BF16, Dtype.FP16)) {
      forward.put(
          format,
          new Loops(
              () -> LookUps.gatedForward(scalar, format),
              Stream.unsigned("a"),
              Stream.signed("b"),
              Stream.signed("p")));
      backward.put(
          format,
          backward(
              () -> LookUps.gatedBackward(scalar, format),
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
  public void forward(Dtype format, MemorySegment a, MemorySegment b, MemorySegment p) {
    long elements = BufferCheck.gatedForward(format, a, b, p);
    Loops loops = forward.get(format);
    Storage storage = Storage.of(format, a);
    long whole = 0;
    if (loops != null
        && storage != null
        && Storage.of(format, b) == storage
        && Storage.of(format, p) == storage) {
      whole = elements - elements % Lanes.COUNT;
      loops.run(storage, whole, a, b, p, null, null);
    }
    scalar.forward(format, a, b, p, whole, elements);
  }

  @Override
  public void backward(
      Dtype format,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db) {
    long elements = BufferCheck.gatedBackward(format, dp, a, kept, da, db);
    Loops loops = backward.get(format);
    Storage storage = Storage.of(format, dp);
    long whole = 0;
    if (loops != null
        && storage != null
        && Storage.of(format, a) == storage
        && Storage.of(format, kept) == storage
        && Storage.of(format, da) == storage
        && Storage.of(format, db) == storage) {
      whole = elements - elements % Lanes.COUNT;
      loops.run(storage, whole, dp, a, kept, da, db);
    }
    scalar.backward(format, dp, a, kept, da, db, whole, elements);
  }
}
