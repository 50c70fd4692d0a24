package invact.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.math.FloatFormat;
import invact.program.Interpreter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the programs of estimates say of their errors, where 1/x and 2ˣ are exact but rounded. */
class FastTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  static Stream<Arguments> gates() {
    return Activations.paper().stream()
        .flatMap(f ->
            Stream.of(FloatFormat.FP32, FloatFormat.BF16, FloatFormat.FP16)
                .map(format -> Arguments.of(f, format)));
  }

  /** f is tiny where its relative error is of a subnormal number. */
  @ParameterizedTest
  @MethodSource("gates")
  void gatesAreNear(Activation f, FloatFormat format) {
    double relative = format == FloatFormat.FP32 ? 0x1p-20 : 3e-5;
    Interpreter gate = new Interpreter(Gate.fast(f, format).orElseThrow());
    for (float a : sizes()) {
      for (float x : new float[] {a, -a}) {
        gate.set(0, x).run();
        double value = f.value(x);
        assertEquals(value, gate.floatOutput(0), relative * Math.abs(value) + 1e-44, "f of " + x);
        double derivative = f.derivative(x);
        double scale = Math.max(Math.abs(derivative), Math.min(1, Math.abs(value)));
        assertEquals(
            derivative,
            gate.floatOutput(1),
            relative * scale + (1 + a) * Float.MIN_VALUE,
            "f' of " + x);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("gates")
  void specialValues(Activation f, FloatFormat format) {
    Interpreter gate = new Interpreter(Gate.fast(f, format).orElseThrow().only("value"));
    assertTrue(Float.isNaN(gate.value(Float.NaN)));
    assertEquals(INFINITY, gate.value(INFINITY));
    for (float zero : new float[] {0.0f, -0.0f}) {
      assertEquals(zero, gate.value(zero));
    }
    assertEquals(-0.0f, gate.value(-INFINITY));
  }

  @Test
  void theForwardPassIsTheGatesValue() {
    for (Activation f : Activations.paper()) {
      Interpreter pass = new Interpreter(Forward.fastPass(f).orElseThrow());
      Interpreter gate = new Interpreter(Gate.fast(f, FloatFormat.BF16).orElseThrow());
      for (float a : sizes()) {
        for (float x : new float[] {a, -a}) {
          pass.set(0, x).run();
          assertEquals(gate.set(0, x).run().floatOutput(0), pass.floatOutput(0));
          assertEquals(x >= f.argmin() ? 1 : 0, pass.intOutput(1));
        }
      }
    }
  }

  @Test
  void othersHaveNone() {
    for (Activation f : List.of(Activations.GELU_TANH, Activations.MISH)) {
      assertTrue(Forward.fastPass(f).isEmpty());
      assertTrue(Gate.fast(f, FloatFormat.BF16).isEmpty());
    }
  }

  /** From 2⁻²⁰ to 2⁸. */
  private static float[] sizes() {
    float[] sizes = new float[28 * 1024];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = (float) Math.pow(2, i / 1024.0 - 20);
    }
    return sizes;
  }
}
