package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.LENGTHS;
import static invact.runtime.cuda.DtypeValues.LONGEST;
import static invact.runtime.cuda.DtypeValues.finite;
import static invact.runtime.cuda.DtypeValues.inputs;
import static invact.runtime.cuda.DtypeValues.ulp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import invact.numeric.Dtype;
import invact.runtime.cuda.internal.KernelMaker;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gated units keep the gate's input and the product, and find the factor again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceGatedUnitTest {
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

  static Stream<Arguments> gates() {
    return DeviceOutput.all()
        .filter(gate -> Kernels.isGate(gate.activation()))
        .flatMap(gate -> Stream.of(KernelMaker.values()).map(maker -> arguments(gate, maker)));
  }

  @ParameterizedTest
  @MethodSource("gates")
  void gatedUnits(DeviceOutput gate, KernelMaker maker) {
    DeviceGatedUnit unit = gpu.kernels(maker).gatedUnit(gate.activation());
    float[] a = finite(inputs(gate.dtype(), LONGEST, 3));
    float[] b = finite(inputs(gate.dtype(), LONGEST, 4));
    float[] dp = finite(inputs(gate.dtype(), LONGEST, 5));
    for (int length : LENGTHS) {
      for (int offset : new int[] {0, 2, 8}) {
        for (int alias = 0; alias < 3; alias++) {
          gatedRoundTrip(unit, gate, a, b, dp, length, offset, alias);
        }
      }
    }
  }

  private void gatedRoundTrip(
      DeviceGatedUnit unit,
      DeviceOutput gate,
      float[] a,
      float[] b,
      float[] dp,
      int length,
      int offset,
      int alias) {
    Dtype dtype = gate.dtype();
    long bytes = (long) length * dtype.bytes();
    try (GuardedDeviceBuffer gates = new GuardedDeviceBuffer(gpu, 0, bytes, 0x5A);
        GuardedDeviceBuffer factors = new GuardedDeviceBuffer(gpu, offset, bytes, 0x5A);
        GuardedDeviceBuffer other = new GuardedDeviceBuffer(gpu, 0, bytes, 0xFF);
        GuardedDeviceBuffer gradient = new GuardedDeviceBuffer(gpu, offset, bytes, 0x5A);
        GuardedDeviceBuffer result = new GuardedDeviceBuffer(gpu, 0, bytes, 0xFF)) {
      gates.set(dtype, a);
      factors.set(dtype, b);
      GuardedDeviceBuffer products = alias == 0 ? other : factors;
      unit.forward(gpu.stream, dtype, gates.memory(), factors.memory(), products.memory());
      float[] p = products.get(dtype, "p");
      for (int i = 0; i < length; i++) {
        double exact = gate.activation().value(a[i]) * b[i];
        double bound = 0.5 * ulp(dtype, exact) + gate.relative() * Math.abs(exact);
        // 2⁻¹⁰⁰ stands for less.
        bound += Math.abs(gate.activation().value(a[i])) < 0x1p-99 ? 0x1p-99 * Math.abs(b[i]) : 0;
        if (Math.abs(exact) + bound < dtype.maxValue()) {
          assertEquals(exact, p[i], bound, "p for a " + a[i] + " b " + b[i]);
        }
      }
      gradient.set(dtype, dp);
      GuardedDeviceBuffer kept =
          DeviceGatedUnit.keepsProduct(dtype) ? products : factors.set(dtype, b);
      GuardedDeviceBuffer da = alias == 2 ? gates : result;
      GuardedDeviceBuffer db = alias == 0 ? gradient : kept;
      unit.backward(
          gpu.stream,
          dtype,
          gradient.memory(),
          gates.memory(),
          kept.memory(),
          da.memory(),
          db.memory());
      float[] foundA = da.get(dtype, "da");
      float[] foundB = db.get(dtype, "db");
      for (int i = 0; i < length; i++) {
        double f = gate.activation().value(a[i]);
        double exactB = dp[i] * f;
        double boundB = ulp(dtype, exactB) + gate.relative() * Math.abs(exactB);
        boundB += Math.abs(f) < 0x1p-99 ? 0x1p-99 * Math.abs(dp[i]) : 0;
        if (Math.abs(exactB) + boundB < dtype.maxValue()) {
          assertEquals(exactB, foundB[i], boundB, "db for a " + a[i] + " dp " + dp[i]);
        }
        double exactA = dp[i] * (double) b[i] * gate.activation().derivative(a[i]);
        // p carries b to half an ulp, if it neither overflows nor underflows; f′ is near 0 at T.
        double scale = Math.abs(dp[i] * (double) b[i]);
        double boundA =
            ulp(dtype, exactA)
                + Math.scalb(1.0, -dtype.precision()) * Math.abs(exactA)
                + 2 * gate.relative() * scale;
        boolean recoverable =
            !DeviceGatedUnit.keepsProduct(dtype)
                || Math.abs(f * b[i]) > 0x1p-110
                    && Math.abs(f) > 0x1p-99
                    && Math.abs(f * b[i]) < 0.9 * dtype.maxValue();
        if (recoverable && scale < dtype.maxValue()) {
          assertEquals(exactA, foundA[i], boundA, "da for a " + a[i] + " b " + b[i]);
        }
        assertTrue(
            !Float.isNaN(foundA[i]) || !recoverable || scale >= Float.MAX_VALUE, "da is NaN");
      }
    }
  }
}
