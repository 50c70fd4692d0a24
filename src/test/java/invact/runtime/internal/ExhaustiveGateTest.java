package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.runtime.Backends;
import invact.runtime.GatedUnit;
import invact.runtime.internal.scalar.FloatFunction;
import invact.runtime.internal.scalar.ScalarFunctions;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All fp32 inputs of a gate from 2⁻²⁴ to 2⁷ in size, of both signs: {@code mvn test -Pexhaustive
 * -Dtest=ExhaustiveGateTest}. Below f(a) is a/2 to fp32, above it is a, or less than 2⁻¹⁰⁰.
 */
@Tag("exhaustive")
class ExhaustiveGateTest {
  /** Half a binade. */
  private static final int CHUNK = 1 << 22;

  private static final int BINADES = 7 + 24;

  /** Largest errors of f in ulp where |f| ≥ 2⁻¹⁰⁰, and of f′; the gates' classes quote them. */
  private record Figures(double ulp, float ulpAt, double slope, float slopeAt) {
    static final Figures NONE = new Figures(0, 0, 0, 0);

    Figures and(Figures other) {
      return new Figures(
          Math.max(ulp, other.ulp),
          ulp >= other.ulp ? ulpAt : other.ulpAt,
          Math.max(slope, other.slope),
          slope >= other.slope ? slopeAt : other.slopeAt);
    }
  }

  static List<Activation> gates() {
    return Activations.paper();
  }

  @ParameterizedTest
  @MethodSource("gates")
  void everyInput(Activation f) {
    Figures figures =
        IntStream.range(0, 4 * BINADES)
            .parallel()
            .mapToObj(chunk -> measure(f, firstBits(chunk)))
            .reduce(Figures.NONE, Figures::and);
    System.out.println(f.name() + " " + figures);
    boolean gelu = f.equals(Activations.GELU);
    assertTrue(figures.ulp <= (gelu ? 4.9 : 2.9), figures::toString);
    assertTrue(figures.slope <= (gelu ? 1.5e-7 : 2.4e-7), figures::toString);
  }

  private static int firstBits(int chunk) {
    int positive = Float.floatToRawIntBits(0x1p-24f) + chunk / 2 * CHUNK;
    return chunk % 2 == 0 ? positive : positive | Integer.MIN_VALUE;
  }

  private static Figures measure(Activation f, int firstBits) {
    float[] a = new float[CHUNK];
    float[] ones = new float[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
      a[i] = Float.intBitsToFloat(firstBits + i);
      ones[i] = 1.0f;
    }
    requireScalar(f, a, ones);
    FloatFunction gate = ScalarFunctions.gate(f);
    FloatFunction derivative = ScalarFunctions.gateDerivative(f);
    double ulp = 0;
    float ulpAt = 0;
    double slope = 0;
    float slopeAt = 0;
    for (float x : a) {
      double exact = f.value(x);
      // The negations also catch NaN.
      if (Math.abs(exact) >= 0x1p-100) {
        double error = Math.abs(gate.apply(x) - exact) / Math.ulp((float) exact);
        if (!(error <= ulp)) {
          ulp = error;
          ulpAt = x;
        }
      }
      double error = Math.abs(derivative.apply(x) - f.derivative(x));
      if (!(error <= slope)) {
        slope = error;
        slopeAt = x;
      }
    }
    return new Figures(ulp, ulpAt, slope, slopeAt);
  }

  /** Both passes on vectors, bit for bit. */
  private static void requireScalar(Activation f, float[] a, float[] ones) {
    float[][] results = new float[6][CHUNK];
    for (int k = 0; k < 2; k++) {
      GatedUnit unit = Backends.of(k == 0 ? "scalar" : "vector").gatedUnit(f);
      unit.forward(a, ones, results[k]);
      unit.backward(ones, a, results[k], results[2 + k], results[4 + k]);
    }
    for (int k = 0; k < results.length; k += 2) {
      long mismatch =
          MemorySegment.ofArray(results[k]).mismatch(MemorySegment.ofArray(results[k + 1]));
      assertEquals(-1, mismatch, "result " + k / 2 + " from " + a[0]);
    }
  }
}
