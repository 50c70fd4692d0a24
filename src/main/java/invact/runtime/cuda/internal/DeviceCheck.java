package invact.runtime.cuda.internal;

import invact.runtime.cuda.DeviceMemory;
import invact.runtime.internal.ArgumentCheck;

/** The check of arguments that are memory on a device. */
public final class DeviceCheck extends ArgumentCheck<DeviceMemory> {
  /** The check, which has no state. */
  public static final DeviceCheck MEMORY = new DeviceCheck();

  /** What the kernels that move 16 bytes at a time demand of an address. */
  static final long WIDE = 16;

  private DeviceCheck() {}

  static boolean isAligned(DeviceMemory memory, long alignment) {
    return memory.address() % alignment == 0;
  }

  @Override
  protected long bytes(DeviceMemory memory) {
    return memory.byteSize();
  }

  @Override
  protected void requireUsable(String name, DeviceMemory memory) {
    // Whether an address is the device's, the device alone can tell.
  }

  @Override
  protected void requireAligned(String name, DeviceMemory tensor) {
    if (!isAligned(tensor, Short.BYTES)) {
      throw new IllegalArgumentException(
          name + " starts at the odd address 0x" + Long.toHexString(tensor.address()));
    }
  }

  @Override
  protected void requireWritable(String name, DeviceMemory memory) {
    // The driver has no read-only memory.
  }

  @Override
  protected boolean overlap(DeviceMemory a, DeviceMemory b) {
    return a.byteSize() > 0
        && b.byteSize() > 0
        && a.address() < b.address() + b.byteSize()
        && b.address() < a.address() + a.byteSize();
  }

  @Override
  protected String noun() {
    return "memory";
  }
}
