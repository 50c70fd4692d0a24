package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.LENGTHS;
import static invact.runtime.cuda.DtypeValues.LONGEST;
import static invact.runtime.cuda.DtypeValues.inputs;
import static invact.runtime.cuda.DtypeValues.requireSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.activation.Activations;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wherever the buffers lie and however long they are, the passes write what they should and nothing
 * else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceBuffersTest {
  private Gpu gpu;

  @BeforeAll
  void open() {
    gpu = new Gpu();
  }

  @AfterAll
  void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceCase#all")
  void lengthsPlacesAndAliases(DeviceCase c) {
    DeviceActivation activation = c.open(gpu);
    float[] x = inputs(c.dtype(), LONGEST, 1);
    float[] dy = inputs(c.dtype(), LONGEST, 2);
    for (int length : LENGTHS) {
      for (int offset : new int[] {0, 2, 4, 8, 16}) {
        for (int poison : new int[] {0xFF, 0x5A}) {
          roundTrip(activation, c, x, dy, length, offset, poison, false);
          roundTrip(activation, c, x, dy, length, offset, poison, true);
        }
      }
    }
  }

  private void roundTrip(
      DeviceActivation activation,
      DeviceCase c,
      float[] x,
      float[] dy,
      int length,
      int offset,
      int poison,
      boolean inPlace) {
    long bytes = (long) length * c.dtype().bytes();
    long indicatorBytes = InvertedActivation.indicatorBytes(length);
    // Offsets that differ, so that one misaligned buffer alone leaves the fast path.
    try (GuardedDeviceBuffer first = new GuardedDeviceBuffer(gpu, 0, bytes, poison);
        GuardedDeviceBuffer second = new GuardedDeviceBuffer(gpu, offset, bytes, poison);
        GuardedDeviceBuffer bits =
            new GuardedDeviceBuffer(gpu, offset + 1, indicatorBytes, poison);
        GuardedDeviceBuffer gradient = new GuardedDeviceBuffer(gpu, offset, bytes, poison);
        GuardedDeviceBuffer result = new GuardedDeviceBuffer(gpu, 0, bytes, poison)) {
      first.set(c.dtype(), x);
      GuardedDeviceBuffer y = inPlace ? first : second;
      activation.forward(gpu.stream, c.dtype(), first.memory(), y.memory(), bits.memory());
      float[] outputs = y.get(c.dtype(), "y");
      byte[] indicator = bits.getBytes("indicator");
      byte[] expectedBits = new byte[(int) indicatorBytes];
      for (int i = 0; i < length; i++) {
        new DeviceOutput(c.set().activation(), c.dtype()).requireOutput(x[i], outputs[i]);
        if (x[i] >= c.set().activation().argmin()) {
          expectedBits[i / 8] |= (byte) (1 << i % 8);
        }
      }
      assertArrayEquals(expectedBits, indicator, "indicator");
      if (!inPlace) {
        requireSame(x, first.get(c.dtype(), "x"), "x");
      }

      gradient.set(c.dtype(), dy);
      GuardedDeviceBuffer dx = inPlace ? gradient : result;
      activation.backward(
          gpu.stream, c.dtype(), gradient.memory(), y.memory(), bits.memory(), dx.memory());
      DeviceGradients.require(c, dy, outputs, indicator, dx.get(c.dtype(), "dx"));
      requireSame(outputs, y.get(c.dtype(), "y"), "y");
      assertArrayEquals(indicator, bits.getBytes("indicator"), "indicator");
      if (!inPlace) {
        requireSame(dy, gradient.get(c.dtype(), "dy"), "dy");
      }
    }
  }

  @Test
  void moreElementsThanAnIntCounts() {
    DeviceCase c = new DeviceCase(DeviceSets.fast(Activations.GELU), Dtype.BF16);
    DeviceActivation activation = c.open(gpu);
    long elements = (1L << 31) + 9;
    try (DeviceBuffer y = DeviceBuffer.allocate(gpu.context, 2 * elements);
        DeviceBuffer dx = DeviceBuffer.allocate(gpu.context, 2 * elements);
        DeviceBuffer bits =
            DeviceBuffer.allocate(gpu.context, InvertedActivation.indicatorBytes(elements))) {
      y.fill(gpu.stream, (byte) 0xC0);
      dx.fill(gpu.stream, (byte) 0x3F);
      bits.fill(gpu.stream, (byte) 0xFF);
      activation.forward(gpu.stream, c.dtype(), y.memory(), y.memory(), bits.memory());
      activation.backward(
          gpu.stream, c.dtype(), dx.memory(), y.memory(), bits.memory(), dx.memory());
      float x = Dtype.BF16.decode((short) 0xC0C0);
      float dy = Dtype.BF16.decode((short) 0x3F3F);
      float output = (float) c.dtype().round(c.set().activation().value(x));
      float expected = c.backward(new float[] {dy}, new float[] {output}, new byte[1])[0];
      for (long i : new long[] {0, (1L << 30) + 1, (1L << 31) - 1, 1L << 31, elements - 1}) {
        assertEquals(output, element(y, i), "y of element " + i);
        assertEquals(expected, element(dx, i), "dx of element " + i);
      }
    }
  }

  private float element(DeviceBuffer buffer, long i) {
    try (DeviceBuffer one = DeviceBuffer.allocate(gpu.context, 2)) {
      one.copyFrom(gpu.stream, buffer.memory().slice(2 * i, 2));
      short[] bits = new short[1];
      one.download(gpu.stream, MemorySegment.ofArray(bits));
      return Dtype.BF16.decode(bits[0]);
    }
  }
}
