package invact.internal.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.internal.program.Interpreter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the programs in fp32 for targets without fast fp64 say of their errors. */
class SingleTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  /** Where results are far from subnormal numbers. */
  private static final double LEAST = 0x1p-100;

  static Stream<Activation> activations() {
    return Stream.of(
        Activations.GELU_TANH,
        Activations.QUICK_GELU,
        Activations.MISH,
        Activations.swish(0.01),
        Activations.swish(1.5),
        Activations.swish(100));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void forwardIsNear(Activation f) {
    Interpreter forward = new Interpreter(Forward.single(f).orElseThrow());
    for (float x : FastTest.inputs(f)) {
      double exact = f.value(x);
      boolean isNearT = Math.abs(x / f.argmin() - 1) < 0.25;
      double ulps = isNearT ? 0.57 : f.equals(Activations.MISH) ? 2.5 : 0.8;
      double error = ulps * Math.ulp((float) exact) + 1e-44;
      assertEquals(exact, forward.value(x), error, "f of " + x);
    }
  }

  @ParameterizedTest
  @MethodSource("activations")
  void gateIsNear(Activation f) {
    Interpreter gate = new Interpreter(Gate.single(f).orElseThrow());
    for (float x : FastTest.inputs(f)) {
      gate.set(0, x).run();
      double exact = f.value(x);
      double z = -Math.log(Math.min(0.5, Math.abs(exact / x)));
      double error = (3.5 + 2 * z) * Math.ulp((float) exact);
      assertEquals(exact, gate.floatOutput(0), Math.max(error, LEAST), "f of " + x);
      assertEquals(f.derivative(x), gate.floatOutput(1), 2.2e-7, "f' of " + x);
    }
  }

  @ParameterizedTest
  @MethodSource("activations")
  void specialValues(Activation f) {
    Interpreter forward = new Interpreter(Forward.single(f).orElseThrow());
    Interpreter gate = new Interpreter(Gate.single(f).orElseThrow());
    assertEquals(-0.0f, forward.value(-INFINITY));
    for (Interpreter value : List.of(forward, gate)) {
      assertTrue(Float.isNaN(value.value(Float.NaN)));
      assertEquals(INFINITY, value.value(INFINITY));
      for (float zero : new float[] {0.0f, -0.0f}) {
        assertEquals(zero, value.value(zero));
      }
    }
    assertEquals(1.0f, gate.set(0, INFINITY).run().floatOutput(1));
    assertEquals(0.0f, gate.set(0, -INFINITY).run().floatOutput(1));
    assertTrue(Float.isNaN(gate.set(0, Float.NaN).run().floatOutput(1)));
  }

  /** GELU and SiLU have fp32 arithmetic of their own, bit for bit the scalar runtime's. */
  @Test
  void thePapersActivationsKeepTheirPrograms() {
    for (Activation f : Activations.paper()) {
      assertEquals(
          Forward.of(f).orElseThrow().program().toString(),
          Forward.single(f).orElseThrow().program().toString());
      assertEquals(
          Gate.of(f).orElseThrow().program().toString(),
          Gate.single(f).orElseThrow().program().toString());
    }
  }
}
