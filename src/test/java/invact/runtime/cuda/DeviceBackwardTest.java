package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.everyNumber;

import invact.runtime.InvertedActivation;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients for outputs of all values are the scalar implementation's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceBackwardTest {
  private Gpu gpu;

  @BeforeAll
  void open() {
    gpu = new Gpu();
  }

  @AfterAll
  void close() {
    if (gpu != null) {
      System.out.printf("exp and pow change g by at most %.2g%n", DeviceGradients.largestChange());
      gpu.close();
    }
  }

  /** NaN, infinities, zeros, y below f(T), the ends of the dtype, with either bit. */
  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceCase#allMakers")
  void specialGradients(DeviceCase c) {
    float minimum = (float) c.set().activation().minimum();
    float max = (float) c.dtype().maxValue();
    float infinity = Float.POSITIVE_INFINITY;
    float[] special = {
      Float.NaN,
      infinity,
      -infinity,
      0f,
      -0f,
      max,
      -max,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      minimum,
      1.25f * minimum,
      2 * minimum,
      -100f,
      0.5f * minimum,
      1f,
      100f
    };
    float[] y = new float[special.length * special.length];
    float[] dy = new float[y.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) c.dtype().round(special[i / special.length]);
      dy[i] = (float) c.dtype().round(special[i % special.length]);
    }
    DeviceActivation activation = c.open(gpu);
    for (int bits : new int[] {0, 0xFF, 0x5A}) {
      for (int offset : new int[] {0, 2}) {
        requireGradients(c, dy, y, bits, offset, activation);
      }
    }
  }

  /** Every y of 16 bits that there is, in fp32 four times as many, with either bit. */
  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceCase#allMakers")
  void everyOutput(DeviceCase c) {
    float[] y = everyNumber(c.dtype(), 16381);
    float[] dy = new float[y.length];
    for (int i = 0; i < dy.length; i++) {
      dy[i] = (float) c.dtype().round(1 + (i % 7) / 8.0);
    }
    DeviceActivation activation = c.open(gpu);
    for (int bits : new int[] {0, 0xFF}) {
      for (int offset : new int[] {0, 2}) {
        requireGradients(c, dy, y, bits, offset, activation);
      }
    }
  }

  private void requireGradients(
      DeviceCase c, float[] dy, float[] y, int bits, int offset, DeviceActivation activation) {
    byte[] indicator = new byte[(int) InvertedActivation.indicatorBytes(y.length)];
    Arrays.fill(indicator, (byte) bits);
    long bytes = (long) y.length * c.dtype().bytes();
    try (GuardedDeviceBuffer outputs = new GuardedDeviceBuffer(gpu, 0, bytes, 0x5A);
        GuardedDeviceBuffer gradient = new GuardedDeviceBuffer(gpu, offset, bytes, 0x5A);
        GuardedDeviceBuffer mask = new GuardedDeviceBuffer(gpu, 0, indicator.length, 0x5A)) {
      outputs.set(c.dtype(), y);
      gradient.set(c.dtype(), dy);
      mask.setBytes(indicator);
      activation.backward(
          gpu.stream,
          c.dtype(),
          gradient.memory(),
          outputs.memory(),
          mask.memory(),
          gradient.memory());
      DeviceGradients.require(c, dy, y, indicator, gradient.get(c.dtype(), "dx"));
    }
  }
}
