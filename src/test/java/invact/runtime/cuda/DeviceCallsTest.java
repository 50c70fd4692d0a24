package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.inputs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.internal.CustomActivation;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a call refuses, what is closed, and who owns contexts and streams. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceCallsTest {
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

  @Test
  void wrongArgumentsAreNamed() {
    DeviceActivation activation = gpu.kernels.activation(DeviceSets.fast(Activations.GELU));
    Dtype dtype = Dtype.BF16;
    try (DeviceBuffer buffer = DeviceBuffer.allocate(gpu.context, 4096)) {
      DeviceMemory x = buffer.memory().slice(0, 32);
      DeviceMemory y = buffer.memory().slice(64, 32);
      DeviceMemory bits = buffer.memory().slice(128, 2);
      requireRefused(
          "y has 30 bytes, but for 16 elements of bf16 it takes 32",
          () -> activation.forward(gpu.stream, dtype, x, y.slice(0, 30), bits));
      requireRefused(
          "indicator has 1 bytes, but for 16 elements of bf16 it takes 2",
          () -> activation.forward(gpu.stream, dtype, x, y, bits.slice(0, 1)));
      requireRefused(
          "y overlaps x in part: they may be the same memory or must be apart",
          () -> activation.forward(gpu.stream, dtype, x, buffer.memory().slice(2, 32), bits));
      requireRefused(
          "indicator overlaps y", () -> activation.forward(gpu.stream, dtype, x, y, y.slice(0, 2)));
      requireRefused("dx overlaps y", () -> activation.backward(gpu.stream, dtype, x, y, bits, y));
      requireRefused(
          "dtype fp64 has no runtime, whose arithmetic is fp32: use fp32, bf16 or fp16",
          () -> activation.forward(gpu.stream, Dtype.FP64, x, y, bits));
      assertThrows(
          NullPointerException.class, () -> activation.forward(gpu.stream, dtype, null, y, bits));
      assertTrue(
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      activation.forward(gpu.stream, dtype, x, buffer.memory().slice(65, 32), bits))
              .getMessage()
              .startsWith("y starts at the odd address 0x"));
    }
  }

  private static void requireRefused(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void activationsWithoutProgramsAreRefused() {
    Activation mine = CustomActivation.of("mine", "x*exp(-exp(-x))");
    requireRefused(
        "there are no kernels for a gate of mine: its derivative is not given by operations of"
            + " programs",
        () -> gpu.kernels.gatedUnit(mine));
  }

  @Test
  void whatIsClosedIsNotUsed() {
    DeviceBuffer buffer = DeviceBuffer.allocate(gpu.context, 16);
    buffer.close();
    buffer.close();
    assertThrows(IllegalStateException.class, buffer::memory);
    invact.runtime.cuda.Stream stream = invact.runtime.cuda.Stream.create(gpu.context);
    stream.close();
    assertThrows(IllegalStateException.class, stream::synchronize);
    DeviceActivation orphan;
    try (Kernels kernels = Kernels.load(gpu.context)) {
      orphan = kernels.activation(DeviceSets.fast(Activations.SILU));
    }
    try (DeviceBuffer x = DeviceBuffer.allocate(gpu.context, 16);
        DeviceBuffer bits = DeviceBuffer.allocate(gpu.context, 1)) {
      assertThrows(
          IllegalStateException.class,
          () -> orphan.forward(gpu.stream, Dtype.BF16, x.memory(), x.memory(), bits.memory()));
    }
  }

  @Test
  void failuresCarryCudasNameAndText() {
    CudaException e =
        assertThrows(
            CudaException.class, () -> DeviceBuffer.allocate(gpu.context, Long.MAX_VALUE / 2));
    assertEquals("cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory", e.getMessage());
    assertEquals(OptionalInt.of(2), e.status());
  }

  /** The default stream, in the thread's own context, as a framework hands them over. */
  @Test
  void foreignContextAndStream() {
    DeviceCase c = new DeviceCase(DeviceSets.fast(Activations.SILU), Dtype.FP32);
    gpu.context.driver().run(() -> requireForeignWorks(c));
  }

  private static void requireForeignWorks(DeviceCase c) {
    try (Context current = Context.current();
        invact.runtime.cuda.Stream stream = invact.runtime.cuda.Stream.foreign(current, 0);
        Kernels kernels = Kernels.load(current);
        DeviceBuffer x = DeviceBuffer.allocate(current, 64);
        DeviceBuffer bits = DeviceBuffer.allocate(current, 2)) {
      float[] values = inputs(c.dtype(), 16, 7);
      x.upload(stream, MemorySegment.ofArray(values));
      kernels
          .activation(c.set())
          .forward(
              stream,
              c.dtype(),
              new DeviceMemory(x.memory().address(), 64),
              x.memory(),
              bits.memory());
      float[] y = new float[16];
      x.download(stream, MemorySegment.ofArray(y));
      for (int i = 0; i < y.length; i++) {
        new DeviceOutput(c.set().activation(), c.dtype()).requireOutput(values[i], y[i]);
      }
    }
  }

  /** Some calls pass parameters through one kernel object: no call sees another's. */
  @Test
  void threadsShareAnActivation() {
    DeviceCase c = new DeviceCase(DeviceSets.fast(Activations.GELU), Dtype.BF16);
    DeviceActivation activation = c.open(gpu);
    Stream.iterate(1, i -> i + 1)
        .limit(64)
        .parallel()
        .forEach(i -> {
          float[] x = inputs(c.dtype(), 100 + i, i);
          long bytes = 2L * x.length;
          try (GuardedDeviceBuffer buffer = new GuardedDeviceBuffer(gpu, 0, bytes, i);
              GuardedDeviceBuffer bits =
                  new GuardedDeviceBuffer(gpu, 0, InvertedActivation.indicatorBytes(x.length), i)) {
            buffer.set(c.dtype(), x);
            activation.forward(
                gpu.stream, c.dtype(), buffer.memory(), buffer.memory(), bits.memory());
            float[] y = buffer.get(c.dtype(), "y");
            for (int j = 0; j < x.length; j++) {
              new DeviceOutput(c.set().activation(), c.dtype()).requireOutput(x[j], y[j]);
            }
          }
        });
  }
}
