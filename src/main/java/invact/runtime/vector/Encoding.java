package invact.runtime.vector;

import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** How the elements of one format stand in a buffer, and come into registers of fp32. */
interface Encoding {
  /** The numbers of a register, from an element on. */
  FloatVector load(MemorySegment elements, long first);

  /** Rounds the numbers of a register, and stores them from an element on. */
  void store(FloatVector values, MemorySegment elements, long first);

  /** {@link invact.runtime.GatedUnit#keepsProduct}, where the compiler sees which. */
  boolean keepsProduct();

  /** The encoding of a 16- or 32-bit format. */
  static Encoding of(FloatFormat format) {
    return switch (format) {
      case FP32 -> new Fp32();
      case BF16 -> new Bf16();
      case FP16 -> new Fp16();
      case FP64 -> throw new IllegalArgumentException("fp64 has no runtime");
    };
  }
}
