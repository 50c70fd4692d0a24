package invact.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.numeric.Dtype;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Device memory between two guard zones, all of it filled with a poison at first. */
final class GuardedDeviceBuffer implements AutoCloseable {
  private static final int GUARD_BYTES = 256;

  private final Gpu gpu;
  private final DeviceBuffer whole;
  private final int start;
  private final int bytes;
  private final byte poison;

  /** Memory that starts so many bytes after a multiple of 256. */
  GuardedDeviceBuffer(Gpu gpu, int offset, long bytes, int poison) {
    this.gpu = gpu;
    this.start = GUARD_BYTES + offset;
    this.bytes = Math.toIntExact(bytes);
    this.poison = (byte) poison;
    whole = DeviceBuffer.allocate(gpu.context, bytes + 2L * GUARD_BYTES + offset);
    whole.fill(gpu.stream, this.poison);
  }

  DeviceMemory memory() {
    return whole.memory().slice(start, bytes);
  }

  GuardedDeviceBuffer set(Dtype dtype, float[] values) {
    byte[] content = read();
    MemorySegment segment = MemorySegment.ofArray(content);
    for (int i = 0; i < bytes / dtype.bytes(); i++) {
      long at = start + (long) i * dtype.bytes();
      if (dtype == Dtype.FP32) {
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, values[i]);
      } else {
        segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, dtype.encode(values[i]));
      }
    }
    whole.upload(gpu.stream, segment);
    return this;
  }

  GuardedDeviceBuffer setBytes(byte[] values) {
    byte[] content = read();
    System.arraycopy(values, 0, content, start, bytes);
    whole.upload(gpu.stream, MemorySegment.ofArray(content));
    return this;
  }

  /** What the buffer holds; its guard zones are as they were. */
  float[] get(Dtype dtype, String name) {
    MemorySegment segment = MemorySegment.ofArray(getBytes(name));
    float[] values = new float[bytes / dtype.bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          dtype == Dtype.FP32
              ? segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i)
              : dtype.decode(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i));
    }
    return values;
  }

  byte[] getBytes(String name) {
    byte[] content = read();
    for (int i = 0; i < content.length; i++) {
      if (i < start || i >= start + bytes) {
        int position = i - start;
        assertEquals(poison, content[i], () -> name + " was written at byte " + position);
      }
    }
    byte[] inner = new byte[bytes];
    System.arraycopy(content, start, inner, 0, bytes);
    return inner;
  }

  private byte[] read() {
    byte[] content = new byte[Math.toIntExact(whole.memory().byteSize())];
    whole.download(gpu.stream, MemorySegment.ofArray(content));
    return content;
  }

  @Override
  public void close() {
    whole.close();
  }
}
