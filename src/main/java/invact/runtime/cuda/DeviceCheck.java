package invact.runtime.cuda;

import invact.numeric.Dtype;
import java.util.Objects;

/** What kernels demand of their arguments, checked before anything is queued. */
final class DeviceCheck {
  /** What the kernels that move 16 bytes at a time demand of an address. */
  static final long WIDE = 16;

  private static final long LEAST_ALIGNMENT = 2;

  private DeviceCheck() {}

  /** The number of elements of the tensor that sets the size. */
  static long elements(Dtype dtype, String name, DeviceMemory memory) {
    if (Objects.requireNonNull(dtype, "dtype") == Dtype.FP64) {
      throw new IllegalArgumentException(
          "dtype fp64 has no runtime, whose arithmetic is fp32: use fp32, bf16 or fp16");
    }
    long bytes = Objects.requireNonNull(memory, name).byteSize();
    if (bytes % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          name + " has " + bytes + " bytes, no whole number of elements of " + dtype.label());
    }
    return bytes / dtype.bytes();
  }

  static void requireTensor(String name, DeviceMemory memory, long elements, Dtype dtype) {
    requireBytes(name, memory, elements * dtype.bytes());
    if (!memory.isAligned(LEAST_ALIGNMENT)) {
      throw new IllegalArgumentException(
          name + " starts at the odd address 0x" + Long.toHexString(memory.address()));
    }
  }

  static void requireBytes(String name, DeviceMemory memory, long bytes) {
    if (Objects.requireNonNull(memory, name).byteSize() != bytes) {
      throw new IllegalArgumentException(
          name + " has " + memory.byteSize() + " bytes, but takes " + bytes);
    }
  }

  static void requireSameOrApart(
      String outputName, DeviceMemory output, String inputName, DeviceMemory input) {
    if (!output.equals(input) && output.overlaps(input)) {
      throw new IllegalArgumentException(
          outputName
              + " overlaps "
              + inputName
              + " in part: they may be the same memory or must be apart");
    }
  }

  static void requireApart(
      String outputName, DeviceMemory output, String inputName, DeviceMemory input) {
    if (output.overlaps(input)) {
      throw new IllegalArgumentException(outputName + " overlaps " + inputName);
    }
  }
}
