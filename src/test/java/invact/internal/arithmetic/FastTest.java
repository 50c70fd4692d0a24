package invact.internal.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.internal.CustomActivation;
import invact.internal.program.Interpreter;
import invact.numeric.Dtype;
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
    return Stream.concat(
        Activations.paper().stream().map(f -> Arguments.of(f, Dtype.FP32)),
        Stream.concat(
                Activations.all().stream(), Stream.of(0.01, 1.5, 100.0).map(Activations::swish))
            .map(f -> Arguments.of(f, Dtype.BF16)));
  }

  /** f is tiny where its relative error is of a subnormal number. */
  @ParameterizedTest
  @MethodSource("gates")
  void gatesAreNear(Activation f, Dtype dtype) {
    double near = dtype == Dtype.FP32 ? 0x1p-20 : 3e-5;
    double far = Activations.paper().contains(f) ? near : 1e-4;
    Interpreter gate = new Interpreter(Gate.fast(f, dtype).orElseThrow());
    double slope = Activations.slope(f).orElse(1);
    for (float x : inputs(f)) {
      gate.set(0, x).run();
      double value = f.value(x);
      double relative = Math.abs(value) < 0x1p-64 ? far : near;
      assertEquals(value, gate.floatOutput(0), relative * Math.abs(value) + 1e-44, "f of " + x);
      double derivative = f.derivative(x);
      double scale = Math.max(Math.abs(derivative), Math.min(1, Math.abs(slope * value)));
      // x·z′ multiplies what a subnormal σ(−z) is off by.
      double bend = f.equals(Activations.GELU_TANH) ? 1 + 0.22 * x * x : slope;
      double least = (1 + bend * Math.abs(x)) * Float.MIN_VALUE;
      assertEquals(derivative, gate.floatOutput(1), relative * scale + least, "f' of " + x);
    }
  }

  @ParameterizedTest
  @MethodSource("gates")
  void specialValues(Activation f, Dtype dtype) {
    Interpreter gate = new Interpreter(Gate.fast(f, dtype).orElseThrow().only("value"));
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
      Interpreter gate = new Interpreter(Gate.fast(f, Dtype.BF16).orElseThrow());
      for (float a : sizes()) {
        for (float x : new float[] {a, -a}) {
          pass.set(0, x).run();
          assertEquals(gate.set(0, x).run().floatOutput(0), pass.floatOutput(0));
          assertEquals(x >= f.argmin() ? 1 : 0, pass.intOutput(1));
        }
      }
    }
  }

  /** The runtime computes others in fp64. */
  @Test
  void othersHaveNoPass() {
    for (Activation f : List.of(Activations.GELU_TANH, Activations.MISH)) {
      assertTrue(Forward.fastPass(f).isEmpty());
      assertTrue(Gate.fast(f, Dtype.FP32).isEmpty());
    }
    Activation own = CustomActivation.of("my_mish", x -> x.times(x.softplus().tanh()));
    assertTrue(Forward.fast(own).isEmpty());
    assertTrue(Gate.fast(own, Dtype.BF16).isEmpty());
  }

  /** From 2⁻²⁰ to 2⁸ over the slope, to both sides of 0; and next to T. */
  static float[] inputs(Activation f) {
    double scale = Activations.slope(f).orElse(1);
    float[] sizes = sizes();
    float[] inputs = new float[2 * sizes.length + 40000];
    for (int i = 0; i < sizes.length; i++) {
      inputs[2 * i] = (float) (sizes[i] / scale);
      inputs[2 * i + 1] = -inputs[2 * i];
    }
    for (int i = 0; i < 40000; i++) {
      inputs[2 * sizes.length + i] = (float) (f.argmin() * (0.9 + i * 5e-6));
    }
    return inputs;
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
