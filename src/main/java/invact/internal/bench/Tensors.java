package invact.internal.bench;

import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Native tensors of one dtype and length, 64-byte aligned. */
final class Tensors implements AutoCloseable {
  /** As many random numbers are made as this, and repeated. */
  static final int PERIOD = 1 << 20;

  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final Dtype dtype;
  private final long elements;

  Tensors(Dtype dtype, long elements) {
    this.dtype = dtype;
    this.elements = elements;
  }

  /** A tensor of zeros. */
  MemorySegment zeros() {
    return allocate(elements * dtype.bytes());
  }

  /** An indicator of zeros. */
  MemorySegment indicator() {
    return allocate(InvertedActivation.indicatorBytes(elements));
  }

  /** A tensor of random numbers from N(0, 1). */
  MemorySegment normal(long seed) {
    MemorySegment tensor = zeros();
    SplittableRandom random = new SplittableRandom(seed);
    long period = Math.min(PERIOD, elements);
    for (long i = 0; i < period; i++) {
      float value = (float) random.nextGaussian();
      if (dtype == Dtype.FP32) {
        tensor.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
      } else {
        tensor.setAtIndex(ValueLayout.JAVA_SHORT, i, dtype.encode(value));
      }
    }
    long bytes = period * dtype.bytes();
    for (long at = bytes; at < tensor.byteSize(); at += bytes) {
      long length = Math.min(bytes, tensor.byteSize() - at);
      tensor.asSlice(at, length).copyFrom(tensor.asSlice(0, length));
    }
    return tensor;
  }

  /** An element as fp32. */
  static float get(Dtype dtype, MemorySegment tensor, long i) {
    return dtype == Dtype.FP32
        ? tensor.getAtIndex(ValueLayout.JAVA_FLOAT, i)
        : dtype.decode(tensor.getAtIndex(ValueLayout.JAVA_SHORT, i));
  }

  private MemorySegment allocate(long bytes) {
    try {
      return arena.allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new BenchmarkException(
          "too little memory for tensors of "
              + elements
              + " elements: take fewer --elements, or start java with a larger"
              + " -XX:MaxDirectMemorySize");
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
