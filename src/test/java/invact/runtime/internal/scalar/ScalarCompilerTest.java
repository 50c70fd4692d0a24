package invact.runtime.internal.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.internal.arithmetic.Derivative;
import invact.internal.arithmetic.Forward;
import invact.internal.program.Computation;
import invact.internal.program.Interpreter;
import invact.internal.program.Op;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.RandomProgram;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.numeric.Dtype;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiled programs give what interpreted ones give, bit for bit, any NaN for any NaN. */
class ScalarCompilerTest {
  private static final int PROGRAMS = 300;
  private static final int INPUTS = 100;

  private static final float[] SPECIAL = {
    0.0f,
    -0.0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MAX_VALUE,
    1.0f
  };

  @Test
  void randomProgramsAgree() {
    Set<Op> tried = EnumSet.noneOf(Op.class);
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      Computation computation = RandomProgram.of(seed);
      computation.program().forEach(step -> tried.add(step.op()));
      Interpreter interpreter = new Interpreter(computation);
      FloatFunction compiled = ScalarCompiler.compile(computation);
      SplittableRandom random = new SplittableRandom(seed);
      for (int k = 0; k < INPUTS; k++) {
        float x = k < SPECIAL.length ? SPECIAL[k] : Float.intBitsToFloat(random.nextInt());
        requireSame(interpreter, compiled, x, "seed " + seed);
      }
    }
    assertEquals(EnumSet.allOf(Op.class), tried);
  }

  static Stream<CoefficientSet> sets() {
    return ShippedSets.names().stream().map(ShippedSets::load);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void derivativesAgreeOnAllPatterns(CoefficientSet set) {
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.FP16)) {
      for (Branch branch : Branch.values()) {
        requireSame(
            Derivative.computation(set.branch(branch).approximant(), set.decoding().get(dtype)),
            dtype,
            branch + " of " + set.name());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gelu", "silu", "gelu-tanh", "quick-gelu", "mish", "swish-0.3"})
  void forwardPassesAgreeOnAllPatterns(String name) {
    Activation f = Activations.of(name);
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.FP16)) {
      requireSame(Forward.of(f).orElseThrow(), dtype, name);
    }
  }

  private static void requireSame(Computation computation, Dtype dtype, String what) {
    Interpreter interpreter = new Interpreter(computation);
    FloatFunction compiled = ScalarCompiler.compile(computation);
    for (int bits = 0; bits < 1 << Short.SIZE; bits++) {
      requireSame(interpreter, compiled, dtype.decode((short) bits), what);
    }
  }

  private static void requireSame(
      Interpreter interpreter, FloatFunction compiled, float x, String what) {
    float expected = interpreter.value(x);
    float found = compiled.apply(x);
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(found)) {
      assertEquals(expected, found, () -> what + " at " + x);
    }
  }

  /** Programs of one shape share a class, each with its own data. */
  @Test
  void sameShapeIsOneClass() {
    FloatFunction half = ScalarCompiler.compile(times(0.5f));
    FloatFunction twice = ScalarCompiler.compile(times(2.0f));
    assertEquals(half.getClass(), twice.getClass());
    assertEquals(1.5f, half.apply(3));
    assertEquals(6.0f, twice.apply(3));
  }

  private static Computation times(float factor) {
    ProgramBuilder b = new ProgramBuilder("times");
    Value x = b.input("x", Type.F32);
    return b.output("y", b.multiply(x, b.parameter("factor", factor))).build();
  }
}
