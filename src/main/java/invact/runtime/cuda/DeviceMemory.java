package invact.runtime.cuda;

import java.util.Objects;

/**
 * A range of memory on a device. It owns nothing: whoever made it keeps the memory alive until all
 * work on it is done.
 *
 * @param address the device pointer of its first byte
 * @param byteSize its size
 */
public record DeviceMemory(long address, long byteSize) {
  /**
   * A range.
   *
   * @throws IllegalArgumentException if the size is negative, or the pointer is null and the size
   *     not 0
   */
  public DeviceMemory {
    if (byteSize < 0) {
      throw new IllegalArgumentException("a size cannot be negative: " + byteSize);
    }
    if (address == 0 && byteSize > 0) {
      throw new IllegalArgumentException("a null pointer has no " + byteSize + " bytes");
    }
  }

  /**
   * A part of the range.
   *
   * @param offset where it starts
   * @param bytes its size
   * @return the part
   * @throws IndexOutOfBoundsException if it is not inside
   */
  public DeviceMemory slice(long offset, long bytes) {
    Objects.checkFromIndexSize(offset, bytes, byteSize);
    return new DeviceMemory(address + offset, bytes);
  }
}
