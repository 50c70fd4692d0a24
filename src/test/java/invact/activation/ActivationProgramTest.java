package invact.activation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.internal.CustomActivation;
import invact.internal.program.Computation;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.numeric.Dtype;
import invact.runtime.internal.scalar.FloatFunction;
import invact.runtime.internal.scalar.ScalarCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Activation#write} gives {@link Activation#value}, bit for bit in double precision. */
class ActivationProgramTest {
  /** 2²⁰ patterns of fp32; an odd number, so that all bits vary. */
  private static final int STRIDE = 4095;

  /** The upper half of f(x) and what it leaves, which together are all of its 53 bits. */
  private record Parts(FloatFunction high, FloatFunction low) {
    static Parts of(Activation f) {
      ProgramBuilder b = new ProgramBuilder("parts");
      Value y = f.write(b, b.widen(b.input("x", Type.F32))).orElseThrow();
      Value high = b.narrow(y);
      Value low = b.narrow(b.multiply(b.wide(0x1p30), b.subtract(y, b.widen(high))));
      Computation both = b.output("high", high).output("low", low).build();
      return new Parts(
          ScalarCompiler.compile(both.only("high")), ScalarCompiler.compile(both.only("low")));
    }

    void requireValue(Activation f, float x) {
      double y = f.value(x);
      float high = (float) y;
      float low = (float) (0x1p30 * (y - high));
      if (Float.floatToIntBits(high) != Float.floatToIntBits(this.high.apply(x))
          || Float.floatToIntBits(low) != Float.floatToIntBits(this.low.apply(x))) {
        assertEquals(high, this.high.apply(x), () -> f.name() + " at " + x);
        assertEquals(low, this.low.apply(x), () -> f.name() + ", last bits, at " + x);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gelu-tanh", "quick-gelu", "mish", "swish-0.3", "swish-8"})
  void programIsTheValue(String name) {
    Activation f = Activations.of(name);
    Parts parts = Parts.of(f);
    for (Dtype format : new Dtype[] {Dtype.BF16, Dtype.FP16}) {
      for (int bits = 0; bits < 1 << Short.SIZE; bits++) {
        parts.requireValue(f, format.decode((short) bits));
      }
    }
    for (int k = 0; k < 1 << 20; k++) {
      parts.requireValue(f, Float.intBitsToFloat(k * STRIDE));
    }
  }

  /** Those have fp32 arithmetic of their own, or nothing that a program could do. */
  @Test
  void othersHaveNone() {
    for (Activation f :
        new Activation[] {
          Activations.GELU, Activations.SILU, CustomActivation.of("my_f", "x*tanh(softplus(x))")
        }) {
      ProgramBuilder b = new ProgramBuilder("none");
      assertTrue(f.write(b, b.widen(b.input("x", Type.F32))).isEmpty(), f.name());
    }
  }
}
