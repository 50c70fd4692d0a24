package invact.runtime.vector;

import invact.math.FloatFormat;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** How numbers stand in the patterns of a 16-bit format. */
interface Encoding {
  /** The numbers of a register, from an element on. */
  FloatVector load(MemorySegment elements, long first);

  /** Rounds the numbers of a register, and stores them from an element on. */
  void store(FloatVector values, MemorySegment elements, long first);

  /** {@link invact.runtime.GatedUnit#keepsProduct}, where the compiler sees which. */
  boolean keepsProduct();

  /** The encoding of bf16 or fp16. */
  static Encoding of(FloatFormat format) {
    return format == FloatFormat.BF16 ? new Bf16() : new Fp16();
  }
}
