package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import invact.runtime.BufferCheck;
import invact.runtime.GatedUnit;
import invact.runtime.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;

/**
 * Whole registers at a time, the elements after the last whole register by the scalar backend. So
 * is fp32 for which there is no kernel, and all buffers that do not lie in one {@link Storage}.
 */
final class VectorGatedUnit implements GatedUnit {
  private final ScalarGatedUnit scalar;
  private final Gated vectors;

  VectorGatedUnit(Activation activation) {
    scalar = new ScalarGatedUnit(activation);
    vectors = new Gated(scalar);
  }

  @Override
  public Activation activation() {
    return scalar.activation();
  }

  @Override
  public void forward(FloatFormat format, MemorySegment a, MemorySegment b, MemorySegment p) {
    long elements = BufferCheck.gatedForward(format, a, b, p);
    long whole = elements - elements % Lanes.COUNT;
    if (!vectors.forward(format, a, b, p, whole)) {
      whole = 0;
    }
    scalar.forward(format, a, b, p, whole, elements);
  }

  @Override
  public void backward(
      FloatFormat format,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db) {
    long elements = BufferCheck.gatedBackward(format, dp, a, kept, da, db);
    long whole = elements - elements % Lanes.COUNT;
    if (!vectors.backward(format, dp, a, kept, da, db, whole)) {
      whole = 0;
    }
    scalar.backward(format, dp, a, kept, da, db, whole, elements);
  }
}
