package invact.runtime.internal;

import invact.activation.Activation;
import invact.internal.arithmetic.Gate;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.internal.scalar.FloatFunction;
import invact.runtime.internal.scalar.ScalarFunctions;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** The specification of {@link GatedUnit}, one element after the other. */
public final class ScalarGatedUnit implements GatedUnit {
  private final Activation activation;
  private final FloatFunction gate;
  private final FloatFunction gateDerivative;

  /**
   * A gated unit ready to run.
   *
   * @param activation f
   */
  public ScalarGatedUnit(Activation activation) {
    this.activation = Objects.requireNonNull(activation, "activation");
    gate = ScalarFunctions.gate(activation);
    gateDerivative = ScalarFunctions.gateDerivative(activation);
  }

  @Override
  public Activation activation() {
    return activation;
  }

  @Override
  public void forward(Dtype dtype, MemorySegment a, MemorySegment b, MemorySegment p) {
    forward(dtype, a, b, p, 0, BufferCheck.BUFFERS.gatedForward(dtype, a, b, p));
  }

  /**
   * The forward pass over a part of buffers that {@link BufferCheck} has passed.
   *
   * @param dtype fp32, bf16 or fp16
   * @param a the gate's inputs
   * @param b the other factors
   * @param p receives the products
   * @param from the first element
   * @param to one beyond the last element
   */
  public void forward(
      Dtype dtype, MemorySegment a, MemorySegment b, MemorySegment p, long from, long to) {
    for (long i = from; i < to; i++) {
      float product =
          factor(dtype, ScalarActivation.load(dtype, a, i)) * ScalarActivation.load(dtype, b, i);
      ScalarActivation.store(dtype, p, i, product);
    }
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
    backward(dtype, dp, a, kept, da, db, 0, elements);
  }

  /**
   * The backward pass over a part of buffers that {@link BufferCheck} has passed.
   *
   * @param dtype fp32, bf16 or fp16
   * @param dp the derivatives of the loss by p
   * @param a the gate's inputs
   * @param kept the products, or b in fp16
   * @param da receives the derivatives of the loss by a
   * @param db receives the derivatives of the loss by b
   * @param from the first element
   * @param to one beyond the last element
   */
  public void backward(
      Dtype dtype,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db,
      long from,
      long to) {
    boolean product = GatedUnit.keepsProduct(dtype);
    for (long i = from; i < to; i++) {
      float gradient = ScalarActivation.load(dtype, dp, i);
      float input = ScalarActivation.load(dtype, a, i);
      float held = ScalarActivation.load(dtype, kept, i);
      float factor = factor(dtype, input);
      float b = product ? held / factor : held;
      ScalarActivation.store(dtype, da, i, gradient * b * derivative(input));
      ScalarActivation.store(dtype, db, i, gradient * factor);
    }
  }

  /**
   * What b is multiplied by: f(a), kept away from 0 where b is to come back from the product.
   *
   * @param dtype fp32, bf16 or fp16
   * @param a the gate's input
   * @return the factor, at least {@link Gate#LEAST} in size if the dtype keeps the product
   */
  public float factor(Dtype dtype, float a) {
    float value = gate.apply(a);
    return GatedUnit.keepsProduct(dtype) && Math.abs(value) < Gate.LEAST
        ? Math.copySign(Gate.LEAST, value)
        : value;
  }

  /**
   * f′(a).
   *
   * @param a the gate's input
   * @return the derivative
   */
  public float derivative(float a) {
    return gateDerivative.apply(a);
  }
}
