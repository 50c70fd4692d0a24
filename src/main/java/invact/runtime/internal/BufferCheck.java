package invact.runtime.internal;

import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What every backend demands of its arguments, checked before it writes anything; {@link
 * InvertedActivation} and {@link GatedUnit} list the demands and the exceptions. Nothing is
 * allocated unless a demand is not met.
 */
public final class BufferCheck {
  private BufferCheck() {}

  /**
   * Checks the arguments of a forward pass.
   *
   * @param dtype the dtype
   * @param x input
   * @param y output, may be {@code x}
   * @param indicator output
   * @return the number of elements
   */
  public static long forward(
      Dtype dtype, MemorySegment x, MemorySegment y, MemorySegment indicator) {
    long elements = elements(dtype, "x", x);
    requireUsable("x", x, x.byteSize(), elements, dtype);
    requireOutput("y", y, x.byteSize(), elements, dtype);
    requireOutput("indicator", indicator, bytes(elements), elements, dtype);
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
  public static long backward(
      Dtype dtype, MemorySegment dy, MemorySegment y, MemorySegment indicator, MemorySegment dx) {
    long elements = elements(dtype, "dy", dy);
    requireUsable("dy", dy, dy.byteSize(), elements, dtype);
    requireUsable("y", y, dy.byteSize(), elements, dtype);
    requireUsable("indicator", indicator, bytes(elements), elements, dtype);
    requireOutput("dx", dx, dy.byteSize(), elements, dtype);
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
  public static long gatedForward(Dtype dtype, MemorySegment a, MemorySegment b, MemorySegment p) {
    long elements = elements(dtype, "a", a);
    requireUsable("a", a, a.byteSize(), elements, dtype);
    requireUsable("b", b, a.byteSize(), elements, dtype);
    requireOutput("p", p, a.byteSize(), elements, dtype);
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
  public static long gatedBackward(
      Dtype dtype,
      MemorySegment dp,
      MemorySegment a,
      MemorySegment kept,
      MemorySegment da,
      MemorySegment db) {
    long elements = elements(dtype, "dp", dp);
    requireUsable("dp", dp, dp.byteSize(), elements, dtype);
    requireUsable("a", a, dp.byteSize(), elements, dtype);
    requireUsable("kept", kept, dp.byteSize(), elements, dtype);
    requireOutput("da", da, dp.byteSize(), elements, dtype);
    requireOutput("db", db, dp.byteSize(), elements, dtype);
    requireSameOrApart("da", da, "dp", dp);
    requireSameOrApart("da", da, "a", a);
    requireSameOrApart("da", da, "kept", kept);
    requireSameOrApart("db", db, "dp", dp);
    requireSameOrApart("db", db, "a", a);
    requireSameOrApart("db", db, "kept", kept);
    requireApart("db", db, "da", da);
    return elements;
  }

  public static void requireHalf(Dtype dtype) {
    if (!Objects.requireNonNull(dtype, "dtype").isHalf()) {
      throw new IllegalArgumentException(
          "dtype " + dtype.label() + " has no 16-bit patterns: use bf16 or fp16");
    }
  }

  private static long elements(Dtype dtype, String name, MemorySegment segment) {
    if (Objects.requireNonNull(dtype, "dtype") == Dtype.FP64) {
      throw new IllegalArgumentException(
          "dtype fp64 has no runtime, whose arithmetic is fp32: use fp32, bf16 or fp16");
    }
    long bytes = Objects.requireNonNull(segment, name).byteSize();
    if (bytes % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          name + " has " + bytes + " bytes, no whole number of elements of " + dtype.label());
    }
    return bytes / dtype.bytes();
  }

  private static long bytes(long elements) {
    return InvertedActivation.indicatorBytes(elements);
  }

  private static void requireOutput(
      String name, MemorySegment segment, long bytes, long elements, Dtype dtype) {
    requireUsable(name, segment, bytes, elements, dtype);
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException(name + " is read-only, but is to be written");
    }
  }

  private static void requireUsable(
      String name, MemorySegment segment, long bytes, long elements, Dtype dtype) {
    Objects.requireNonNull(segment, name);
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(name + " is closed: keep its arena open during the call");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException(
          name + " is confined to another thread: call from there, or use a shared arena");
    }
    if (segment.byteSize() != bytes) {
      throw new IllegalArgumentException(
          name
              + " has "
              + segment.byteSize()
              + " bytes, but for "
              + elements
              + " elements of "
              + dtype.label()
              + " it takes "
              + bytes);
    }
  }

  private static void requireSameOrApart(
      String outputName, MemorySegment output, String inputName, MemorySegment input) {
    // Sizes agree already, and equal segments are segments with the same start.
    if (!output.equals(input) && overlap(output, input)) {
      throw new IllegalArgumentException(
          outputName
              + " overlaps "
              + inputName
              + " in part: they may be the same segment or must be apart");
    }
  }

  private static void requireApart(
      String outputName, MemorySegment output, String inputName, MemorySegment input) {
    if (overlap(output, input)) {
      throw new IllegalArgumentException(outputName + " overlaps " + inputName);
    }
  }

  private static boolean overlap(MemorySegment a, MemorySegment b) {
    if (a.isNative() && b.isNative()) {
      return a.address() < b.address() + b.byteSize() && b.address() < a.address() + a.byteSize();
    }
    // Says whether two segments are of one array, but allocates a slice unless C2 inlines all of
    // it.
    return a.asOverlappingSlice(b).isPresent();
  }
}
