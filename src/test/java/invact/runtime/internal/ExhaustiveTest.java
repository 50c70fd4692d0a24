package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import invact.runtime.internal.scalar.ScalarFunctions;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All 2³² inputs of fp32, forward and backward, in a few minutes on two processors: {@code mvn
 * verify -Pexhaustive}.
 */
@Tag("exhaustive")
class ExhaustiveTest {
  private static final int CHUNK = 1 << 22;

  /** Of y; {@link InvertedActivation} quotes what was found. */
  private static final double MAX_ULP = 1.77;

  /** Of g, in units of what rounding y leaves next to T whatever the decoder. */
  private static final double MAX_FLOORS = 1.1;

  private record Figures(
      double ulp, float ulpAt, double gradient, float gradientAt, double back, float backAt) {
    static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0);

    Figures and(Figures other) {
      return new Figures(
          Math.max(ulp, other.ulp),
          ulp >= other.ulp ? ulpAt : other.ulpAt,
          Math.max(gradient, other.gradient),
          gradient >= other.gradient ? gradientAt : other.gradientAt,
          Math.max(back, other.back),
          back >= other.back ? backAt : other.backAt);
    }
  }

  /** The sets that ship for fp32, by activation: one forward pass serves all. */
  static List<List<CoefficientSet>> sets() {
    return List.of(sets("gelu"), sets("silu"));
  }

  private static List<CoefficientSet> sets(String activation) {
    return Stream.of("-fp32", "-segmented")
        .map(suffix -> ShippedSets.load(activation + suffix))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void everyInput(List<CoefficientSet> sets) {
    Figures figures =
        IntStream.range(0, (int) ((1L << 32) / CHUNK))
            .parallel()
            .mapToObj(chunk -> measure(sets, chunk * CHUNK))
            .reduce(Figures.NONE, Figures::and);
    System.out.println(sets.stream().map(CoefficientSet::name).toList() + " " + figures);
    double floor = RoundedHeight.largestErrorFloor(sets.getFirst().activation(), Dtype.FP32);
    assertTrue(figures.ulp <= MAX_ULP, figures::toString);
    assertTrue(figures.gradient <= MAX_FLOORS * floor, figures::toString);
    assertTrue(figures.back == 0, figures::toString);
  }

  private static Figures measure(List<CoefficientSet> sets, int firstBits) {
    Activation f = sets.getFirst().activation();
    float[] x = new float[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
      x[i] = Float.intBitsToFloat(firstBits + i);
    }
    float[] y = new float[CHUNK];
    byte[] indicator = new byte[CHUNK / Byte.SIZE];
    float[][] gradients = new float[sets.size()][CHUNK];
    for (int s = 0; s < gradients.length; s++) {
      Arrays.fill(gradients[s], 1.0f);
      run(Backends.of("vector").open(sets.get(s)), x, y, indicator, gradients[s]);
      requireScalar(sets.get(s), x, y, indicator, gradients[s]);
    }
    double ulp = 0;
    float ulpAt = 0;
    double gradient = 0;
    float gradientAt = 0;
    double back = 0;
    float backAt = 0;
    float before = firstBits << 1 == 0 ? y[0] : ScalarFunctions.forward(f).apply(before(firstBits));
    for (int i = 0; i < CHUNK; i++) {
      if (!Float.isFinite(x[i])) {
        continue;
      }
      double exact = value(f, x[i]);
      double unit = Math.scalb(1.0, Math.max(Math.getExponent(exact), Float.MIN_EXPONENT) - 23);
      double error = Math.abs(y[i] - exact) / unit;
      // The negations also catch NaN.
      if (!(error <= ulp)) {
        ulp = error;
        ulpAt = x[i];
      }
      double derivative = derivative(f, x[i]);
      for (float[] g : gradients) {
        double gradientError = Math.abs(g[i] - derivative);
        if (!(gradientError <= gradient)) {
          gradient = gradientError;
          gradientAt = x[i];
        }
      }
      // Patterns ascend with |x|: f falls along negative ones down to T, then rises.
      boolean rises = x[i] >= 0 || x[i] < f.argmin();
      double step = (rises ? before - y[i] : y[i] - before) / unit;
      if (x[i] != 0 && Math.abs(x[i] - f.argmin()) > Math.ulp(x[i]) && step > back) {
        back = step;
        backAt = x[i];
      }
      before = y[i];
    }
    return new Figures(ulp, ulpAt, gradient, gradientAt, back, backAt);
  }

  private static float before(int bits) {
    return Float.intBitsToFloat(bits - 1);
  }

  private static void run(
      InvertedActivation activation, float[] x, float[] y, byte[] indicator, float[] g) {
    activation.forward(x, y, indicator);
    activation.backward(g, y, indicator, g);
  }

  private static void requireScalar(
      CoefficientSet set, float[] x, float[] y, byte[] indicator, float[] g) {
    if (Float.isNaN(x[1])) {
      return;
    }
    float[] expectedY = new float[CHUNK];
    float[] expectedG = new float[CHUNK];
    byte[] expectedIndicator = new byte[indicator.length];
    Arrays.fill(expectedG, 1.0f);
    run(Backends.of("scalar").open(set), x, expectedY, expectedIndicator, expectedG);
    assertEquals(-1, Arrays.mismatch(expectedIndicator, indicator), "indicator");
    assertEquals(-1, mismatch(expectedY, y), "y from " + x[0]);
    assertEquals(-1, mismatch(expectedG, g), "g from " + x[0]);
  }

  private static long mismatch(float[] a, float[] b) {
    return MemorySegment.ofArray(a).mismatch(MemorySegment.ofArray(b));
  }

  /** f, by its first terms where they are all there is in double precision. */
  private static double value(Activation f, double x) {
    if (Math.abs(x) < 0x1p-24) {
      return x * (0.5 + 0.5 * f.secondDerivative(0) * x);
    }
    return x > 64 ? x : x < -128 ? -0.0 : f.value(x);
  }

  private static double derivative(Activation f, double x) {
    if (Math.abs(x) < 0x1p-24) {
      return 0.5 + f.secondDerivative(0) * x;
    }
    return x > 64 ? 1 : x < -128 ? 0 : f.derivative(x);
  }
}
