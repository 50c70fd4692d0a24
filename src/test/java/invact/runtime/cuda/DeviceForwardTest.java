package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.everyNumber;
import static invact.runtime.cuda.DtypeValues.ulp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import invact.runtime.cuda.internal.KernelMaker;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Outputs for inputs of all values, and what next to T comes of them in the backward pass. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceForwardTest {
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

  /** Every input of 16 bits, and four million of fp32. */
  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceOutput#all")
  void everyInput(DeviceOutput output) {
    everyInput(output, KernelMaker.BEST);
  }

  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceOutput#all")
  void everyInputByNvrtc(DeviceOutput output) {
    everyInput(output, KernelMaker.NVRTC);
  }

  @ParameterizedTest
  @MethodSource("invact.runtime.cuda.DeviceOutput#all")
  void everyInputInterpreted(DeviceOutput output) {
    everyInput(output, KernelMaker.INTERPRETER);
  }

  private void everyInput(DeviceOutput output, KernelMaker maker) {
    float[] x = everyNumber(output.dtype(), 1021);
    DeviceActivation activation =
        gpu.kernels(maker).activation(DeviceSets.fast(output.activation()));
    double maxUlp = 0;
    float maxUlpAt = Float.NaN;
    int misrounded = 0;
    long bytes = (long) x.length * output.dtype().bytes();
    try (GuardedDeviceBuffer inputs = new GuardedDeviceBuffer(gpu, 0, bytes, 0x5A);
        GuardedDeviceBuffer bits =
            new GuardedDeviceBuffer(gpu, 0, InvertedActivation.indicatorBytes(x.length), 0x5A)) {
      inputs.set(output.dtype(), x);
      activation.forward(
          gpu.stream, output.dtype(), inputs.memory(), inputs.memory(), bits.memory());
      float[] y = inputs.get(output.dtype(), "y");
      byte[] indicator = bits.getBytes("indicator");
      for (int i = 0; i < x.length; i++) {
        output.requireOutput(x[i], y[i]);
        assertEquals(
            x[i] >= output.activation().argmin(),
            (indicator[i / 8] >> i % 8 & 1) != 0,
            "S of " + x[i]);
        if (Float.isFinite(x[i])) {
          double exact = output.activation().value(x[i]);
          double error = Math.abs(y[i] - exact) / ulp(output.dtype(), exact);
          if (error > maxUlp) {
            maxUlp = error;
            maxUlpAt = x[i];
          }
          misrounded += y[i] == (float) output.dtype().round(exact) ? 0 : 1;
        }
      }
    }
    System.out.printf(
        "forward %s, %s: at most %.3f ulp, at x = %s; %d of %d not correctly rounded%n",
        output, maker, maxUlp, maxUlpAt, misrounded, x.length);
  }

  /**
   * Next to T, where the derivative is told from few digits of y: all fp32 inputs, and the
   * derivative by the shipped set. The floor is half the range of f′ over the worst class of inputs
   * that share one y (correctly rounded) and S.
   */
  @ParameterizedTest
  @CsvSource({"gelu-fp32, 3.9004e-5", "silu-fp32, 4.4327e-5"})
  void nextToTheMinimum(String name, double floor) {
    CoefficientSet set = ShippedSets.load(name);
    Activation f = set.activation();
    float[] x = neighbours((float) f.argmin());
    float[] y = new float[x.length];
    float[] g = new float[x.length];
    DeviceActivation activation = gpu.kernels.activation(set);
    long bytes = (long) x.length * Float.BYTES;
    try (DeviceBuffer outputs = DeviceBuffer.allocate(gpu.context, bytes);
        DeviceBuffer gradients = DeviceBuffer.allocate(gpu.context, bytes);
        DeviceBuffer bits =
            DeviceBuffer.allocate(gpu.context, InvertedActivation.indicatorBytes(x.length))) {
      outputs.upload(gpu.stream, MemorySegment.ofArray(x));
      activation.forward(gpu.stream, Dtype.FP32, outputs.memory(), outputs.memory(), bits.memory());
      outputs.download(gpu.stream, MemorySegment.ofArray(y));
      Arrays.fill(g, 1.0f);
      gradients.upload(gpu.stream, MemorySegment.ofArray(g));
      activation.backward(
          gpu.stream,
          Dtype.FP32,
          gradients.memory(),
          outputs.memory(),
          bits.memory(),
          gradients.memory());
      gradients.download(gpu.stream, MemorySegment.ofArray(g));
    }
    int misrounded = 0;
    double largest = 0;
    for (int i = 0; i < x.length; i++) {
      misrounded += y[i] == (float) f.value(x[i]) ? 0 : 1;
      largest = Math.max(largest, Math.abs(g[i] - f.derivative(x[i])));
    }
    System.out.printf(
        "next to T, %s: derivative off by at most %.4g, %.3f of the floor; %d of %d outputs not"
            + " correctly rounded%n",
        name, largest, largest / floor, misrounded, x.length);
    assertTrue(largest <= 1.1 * floor, "derivative off by " + largest);
    // f is off by about 1e-3 ulp before it rounds: so often it is that near to a tie.
    assertTrue(misrounded <= x.length / 1000, misrounded + " not correctly rounded");
  }

  /** All fp32 numbers nearer than 2⁻⁸. */
  private static float[] neighbours(float centre) {
    int from = Float.floatToIntBits(centre + 0x1p-8f);
    int to = Float.floatToIntBits(centre - 0x1p-8f);
    float[] x = new float[to - from + 1];
    for (int i = 0; i < x.length; i++) {
      x[i] = Float.intBitsToFloat(from + i);
    }
    return x;
  }
}
