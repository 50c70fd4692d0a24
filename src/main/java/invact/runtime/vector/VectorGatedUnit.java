package invact.runtime.vector;

import invact.activation.Activation;
import invact.math.FloatFormat;
import invact.runtime.BufferCheck;
import invact.runtime.GatedUnit;
import invact.runtime.ScalarGatedUnit;
import java.lang.foreign.MemorySegment;

/**
 * Whole registers by a kernel, the elements after the last whole register by the scalar backend. So
 * is everything for which there is no kernel or no loop.
 */
final class VectorGatedUnit implements GatedUnit {
  private final ScalarGatedUnit scalar;
  private final Gated vectors;

  VectorGatedUnit(Activation activation) {
    scalar = new ScalarGatedUnit(activation);
    vectors = Gated.of(activation);
  }

  @Override
  public Activation activation() {
    return scalar.activation();
  }

  @Override
  public void forward(FloatFormat format, MemorySegment a, MemorySegment b, MemorySegment p) {
    long elements = BufferCheck.gatedForward(format, a, b, p);
    long whole = elements - elements % Lanes.COUNT;
    if (vectors == null || !vectors.forward(format, a, b, p, whole)) {
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
    if (vectors == null || !vectors.backward(format, dp, a, kept, da, db, whole)) {
      whole = 0;
    }
    scalar.backward(format, dp, a, kept, da, db, whole, elements);
  }
}
