package invact.runtime.internal;

import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import java.util.Objects;

/**
 * What every pass demands of its arguments, checked before it writes anything; {@link
 * InvertedActivation} and {@link GatedUnit} list the demands and the exceptions. Nothing is
 * allocated unless a demand is not met.
 *
 * @param <M> memory of one kind
 */
public abstract class ArgumentCheck<M> {
  /** The kinds of memory are few: {@link BufferCheck} and the device's. */
  protected ArgumentCheck() {}

  /** The size in bytes. */
  protected abstract long bytes(M memory);

  /** Refuses memory that this thread may not touch. */
  protected abstract void requireUsable(String name, M memory);

  /** Refuses a tensor at an address where its elements cannot be moved. */
  protected abstract void requireAligned(String name, M tensor);

  /** Refuses memory that may not be written. */
  protected abstract void requireWritable(String name, M memory);

  /** Whether two ranges have a byte in common. */
  protected abstract boolean overlap(M a, M b);

  /** What a range is called in messages. */
  protected abstract String noun();

  /**
   * Checks the arguments of a forward pass.
   *
   * @param dtype the dtype
   * @param x input
   * @param y output, may be {@code x}
   * @param indicator output
   * @return the number of elements
   */
  public final long forward(Dtype dtype, M x, M y, M indicator) {
    long elements = elements(dtype, "x", x);
    requireInput("x", x, bytes(x), elements, dtype);
    requireOutput("y", y, bytes(x), elements, dtype);
    requireIndicator(indicator, elements, dtype);
    requireWritable("indicator", indicator);
    requireSameOrApart("y", y, "x", x);
    requireApart("indicator", indicator, "x", x);
    requireApart("indicator", indicator, "y", y);
    return elements;
  }

  /**
   * Checks the arguments of a backward pass.
   *
   * @param dtype the dtype
   * @param dy input
   * @param y input
   * @param indicator input
   * @param dx output, may be {@code dy}
   * @return the number of elements
   */
  public final long backward(Dtype dtype, M dy, M y, M indicator, M dx) {
    long elements = elements(dtype, "dy", dy);
    requireInput("dy", dy, bytes(dy), elements, dtype);
    requireInput("y", y, bytes(dy), elements, dtype);
    requireIndicator(indicator, elements, dtype);
    requireOutput("dx", dx, bytes(dy), elements, dtype);
    requireSameOrApart("dx", dx, "dy", dy);
    requireApart("dx", dx, "y", y);
    requireApart("dx", dx, "indicator", indicator);
    return elements;
  }

  /**
   * Checks the arguments of a gated unit's forward pass.
   *
   * @param dtype the dtype
   * @param a input
   * @param b input
   * @param p output, may be an input
   * @return the number of elements
   */
  public final long gatedForward(Dtype dtype, M a, M b, M p) {
    long elements = elements(dtype, "a", a);
    requireInput("a", a, bytes(a), elements, dtype);
    requireInput("b", b, bytes(a), elements, dtype);
    requireOutput("p", p, bytes(a), elements, dtype);
    requireSameOrApart("p", p, "a", a);
    requireSameOrApart("p", p, "b", b);
    return elements;
  }

  /**
   * Checks the arguments of a gated unit's backward pass.
   *
   * @param dtype the dtype
   * @param dp input
   * @param a input
   * @param kept input
   * @param da output, may be an input
   * @param db output, may be an input
   * @return the number of elements
   */
  public final long gatedBackward(Dtype dtype, M dp, M a, M kept, M da, M db) {
    long elements = elements(dtype, "dp", dp);
    requireInput("dp", dp, bytes(dp), elements, dtype);
    requireInput("a", a, bytes(dp), elements, dtype);
    requireInput("kept", kept, bytes(dp), elements, dtype);
    requireOutput("da", da, bytes(dp), elements, dtype);
    requireOutput("db", db, bytes(dp), elements, dtype);
    requireGradient("da", da, dp, a, kept);
    requireGradient("db", db, dp, a, kept);
    requireApart("db", db, "da", da);
    return elements;
  }

  private void requireGradient(String name, M output, M dp, M a, M kept) {
    requireSameOrApart(name, output, "dp", dp);
    requireSameOrApart(name, output, "a", a);
    requireSameOrApart(name, output, "kept", kept);
  }

  private long elements(Dtype dtype, String name, M memory) {
    if (Objects.requireNonNull(dtype, "dtype") == Dtype.FP64) {
      throw new IllegalArgumentException(
          "dtype fp64 has no runtime, whose arithmetic is fp32: use fp32, bf16 or fp16");
    }
    long bytes = bytes(Objects.requireNonNull(memory, name));
    if (bytes % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          name + " has " + bytes + " bytes, no whole number of elements of " + dtype.label());
    }
    return bytes / dtype.bytes();
  }

  private void requireOutput(String name, M memory, long bytes, long elements, Dtype dtype) {
    requireInput(name, memory, bytes, elements, dtype);
    requireWritable(name, memory);
  }

  private void requireInput(String name, M memory, long bytes, long elements, Dtype dtype) {
    requireSize(name, memory, bytes, elements, dtype);
    requireAligned(name, memory);
  }

  private void requireIndicator(M memory, long elements, Dtype dtype) {
    long bytes = InvertedActivation.indicatorBytes(elements);
    requireSize("indicator", memory, bytes, elements, dtype);
  }

  private void requireSize(String name, M memory, long bytes, long elements, Dtype dtype) {
    requireUsable(name, Objects.requireNonNull(memory, name));
    if (bytes(memory) != bytes) {
      throw new IllegalArgumentException(
          name
              + " has "
              + bytes(memory)
              + " bytes, but for "
              + elements
              + " elements of "
              + dtype.label()
              + " it takes "
              + bytes);
    }
  }

  private void requireSameOrApart(String outputName, M output, String inputName, M input) {
    // Sizes agree already, and equal ranges are ranges with the same start.
    if (!output.equals(input) && overlap(output, input)) {
      throw new IllegalArgumentException(
          outputName
              + " overlaps "
              + inputName
              + " in part: they may be the same "
              + noun()
              + " or must be apart");
    }
  }

  private void requireApart(String outputName, M output, String inputName, M input) {
    if (overlap(output, input)) {
      throw new IllegalArgumentException(outputName + " overlaps " + inputName);
    }
  }
}
