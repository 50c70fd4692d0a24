package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.all;
import static invact.runtime.internal.DtypeElements.requireSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.internal.arithmetic.GeluGate;
import invact.internal.arithmetic.LogisticGate;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link GatedUnit} promises of values, for every gate and dtype. */
abstract class GatedValueContract extends GateContract {
  /** Relative error of f, the worst of {@link GeluGate} and {@link LogisticGate}. */
  private static final double VALUE_ERROR = 4.9 * 0x1p-23;

  /** Absolute error of f′, likewise. */
  private static final double DERIVATIVE_ERROR = 2.4e-7;

  GatedValueContract(String backendName) {
    super(backendName);
  }

  @Test
  void gateIsTheOneAskedFor() {
    for (Activation f : GATES) {
      assertSame(f, backend.gatedUnit(f).activation());
    }
  }

  @Test
  void onlyFp16KeepsTheFactor() {
    assertTrue(GatedUnit.keepsProduct(Dtype.FP32));
    assertTrue(GatedUnit.keepsProduct(Dtype.BF16));
    assertTrue(!GatedUnit.keepsProduct(Dtype.FP16));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void specialValues(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f());
    float infinity = Float.POSITIVE_INFINITY;
    float least = c.keepsProduct() ? 0x1p-100f : 0.0f;
    for (float zero : new float[] {0.0f, -0.0f}) {
      float factor = StrictMath.copySign(least, zero);
      requireSame(c.rounded(3.0f * factor), forward(unit, c, zero, 3.0f), "p at ±0");
      Gradients atZero = Gradients.of(unit, c, 2.0f, zero, kept(unit, c, zero, 3.0f));
      requireSame(3.0f, atZero.da(), "da at ±0, 2·3·f′(0)");
      requireSame(2.0f * factor, atZero.db(), "db at ±0");
    }
    requireSame(3.0f * -least, forward(unit, c, -infinity, 3.0f), "p at −∞");
    Gradients low = Gradients.of(unit, c, 2.0f, -infinity, kept(unit, c, -infinity, 3.0f));
    assertEquals(0.0, low.da(), 0.0, "da at −∞");
    requireSame(2.0f * -least, low.db(), "db at −∞");
    requireSame(infinity, forward(unit, c, infinity, 3.0f), "p at +∞");
    Gradients high = Gradients.of(unit, c, 2.0f, infinity, kept(unit, c, infinity, 3.0f));
    requireSame(c.keepsProduct() ? Float.NaN : 6.0f, high.da(), "da at +∞");
    requireSame(infinity, high.db(), "db at +∞");
    float nan = Float.NaN;
    requireSame(nan, forward(unit, c, nan, 1.0f), "p of a = NaN");
    requireSame(nan, forward(unit, c, 1.0f, nan), "p of b = NaN");
    requireSame(nan, Gradients.of(unit, c, nan, 1.0f, 1.0f).da(), "da of dp = NaN");
    requireSame(nan, Gradients.of(unit, c, nan, 1.0f, 1.0f).db(), "db of dp = NaN");
    requireSame(nan, Gradients.of(unit, c, 1.0f, nan, 1.0f).da(), "da of a = NaN");
    requireSame(nan, Gradients.of(unit, c, 1.0f, nan, 1.0f).db(), "db of a = NaN");
    requireSame(nan, Gradients.of(unit, c, 1.0f, 1.0f, nan).da(), "da of p = NaN");
  }

  private static float kept(GatedUnit unit, Case c, float a, float b) {
    return c.keepsProduct() ? forward(unit, c, a, b) : b;
  }

  /** Every a of 16 bits, or a sweep over those of 32, with factors and gradients of any size. */
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f());
    float[] a = c.dtype().isHalf() ? all(c.dtype()) : everyMagnitude();
    Random random = new Random(7);
    float[] b = new float[a.length];
    float[] dp = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      b[i] = c.rounded(random.nextGaussian() * StrictMath.scalb(1.0, random.nextInt(-10, 11)));
      dp[i] = c.rounded(random.nextGaussian() * StrictMath.scalb(1.0, random.nextInt(-10, 11)));
    }
    MemorySegment p = segment(c, new float[a.length]);
    unit.forward(c.dtype(), segment(c, a), segment(c, b), p);
    MemorySegment da = segment(c, dp);
    MemorySegment db = c.keepsProduct() ? p.asSlice(0) : segment(c, b);
    float[] products = values(c, p);
    unit.backward(c.dtype(), da, segment(c, a), db, da, db);
    for (int i = 0; i < a.length; i++) {
      if (!Float.isFinite(a[i])) {
        continue;
      }
      String at = " of a " + a[i] + ", b " + b[i] + ", dp " + dp[i];
      double factor = c.factor(a[i]);
      requireNear(c, factor * b[i], VALUE_ERROR, 0, products[i], "p" + at);
      requireNear(
          c, dp[i] * factor, VALUE_ERROR, 0, GuardedBuffer.get(c.dtype(), db, i), "db" + at);
      double recovered = c.keepsProduct() ? products[i] / factor : b[i];
      if (Float.isFinite(products[i]) || !c.keepsProduct()) {
        double scale = dp[i] * recovered;
        double exact = scale * c.f().derivative(a[i]);
        double own = DERIVATIVE_ERROR * StrictMath.abs(scale);
        float found = GuardedBuffer.get(c.dtype(), da, i);
        requireNear(c, exact, VALUE_ERROR + 0x1p-22, own, found, "da" + at);
      }
    }
  }

  /** One rounding to the dtype, beside the errors of what is rounded. */
  private static void requireNear(
      Case c, double exact, double relative, double absolute, float found, String what) {
    double error = relative * StrictMath.abs(exact) + absolute;
    double bound = error + 0.501 * c.ulp(StrictMath.abs(exact) + error);
    if (StrictMath.abs(exact) + bound < c.dtype().maxValue()) {
      assertEquals(exact, found, bound, what);
    }
  }

  /** b is not lost whatever a is, but for the rounding of p. */
  @ParameterizedTest
  @MethodSource("cases")
  void factorComesBackForEveryGate(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f());
    float[] a = c.dtype().isHalf() ? all(c.dtype()) : everyMagnitude();
    float[] b = new float[a.length];
    float[] ones = new float[a.length];
    Random random = new Random(11);
    for (int i = 0; i < a.length; i++) {
      b[i] = c.rounded(random.nextGaussian());
      ones[i] = 1.0f;
    }
    MemorySegment p = segment(c, b);
    unit.forward(c.dtype(), segment(c, a), p, p);
    MemorySegment da = segment(c, ones);
    MemorySegment kept = c.keepsProduct() ? p : segment(c, b);
    unit.backward(c.dtype(), da, segment(c, a), kept, da, segment(c, ones));
    for (int i = 0; i < a.length; i++) {
      boolean held = !c.keepsProduct() || StrictMath.abs(c.factor(a[i]) * b[i]) < 0x1p127;
      if (Float.isFinite(a[i]) && held && StrictMath.abs(b[i]) > 0x1p-20) {
        double exact = b[i] * c.f().derivative(a[i]);
        double rounding = StrictMath.scalb(1.01, -c.dtype().precision());
        double own = DERIVATIVE_ERROR * StrictMath.abs(b[i]);
        float found = GuardedBuffer.get(c.dtype(), da, i);
        requireNear(c, exact, rounding + 0x1p-22, own, found, "da of a " + a[i] + ", b " + b[i]);
      }
    }
  }

  /** What {@link GatedUnit} says of da and db, the largest of the gates; measured, rounded up. */
  private static final Map<Dtype, double[]> RMS_ERRORS =
      Map.of(
          Dtype.FP32, new double[] {7.3e-8, 5.3e-8},
          Dtype.BF16, new double[] {2.36e-3, 1.67e-3},
          Dtype.FP16, new double[] {2.1e-4, 2.1e-4});

  @ParameterizedTest
  @MethodSource("cases")
  void relativeErrorsOfGradients(Case c) {
    GatedUnit unit = backend.gatedUnit(c.f());
    int n = 1 << 16;
    Random random = new Random(5);
    float[] a = new float[n];
    float[] b = new float[n];
    float[] dp = new float[n];
    for (int i = 0; i < n; i++) {
      a[i] = c.rounded(random.nextGaussian());
      b[i] = c.rounded(random.nextGaussian());
      dp[i] = c.rounded(random.nextGaussian());
    }
    MemorySegment p = segment(c, b);
    unit.forward(c.dtype(), segment(c, a), p, p);
    MemorySegment da = segment(c, dp);
    MemorySegment db = c.keepsProduct() ? p : segment(c, b);
    unit.backward(c.dtype(), da, segment(c, a), db, da, db);
    double[] squares = new double[4];
    for (int i = 0; i < n; i++) {
      double exactA = (double) dp[i] * b[i] * c.f().derivative(a[i]);
      double exactB = dp[i] * c.f().value(a[i]);
      double errorA = GuardedBuffer.get(c.dtype(), da, i) - exactA;
      double errorB = GuardedBuffer.get(c.dtype(), db, i) - exactB;
      squares[0] += errorA * errorA;
      squares[1] += exactA * exactA;
      squares[2] += errorB * errorB;
      squares[3] += exactB * exactB;
    }
    double errorOfA = StrictMath.sqrt(squares[0] / squares[1]);
    double errorOfB = StrictMath.sqrt(squares[2] / squares[3]);
    double[] bounds = RMS_ERRORS.get(c.dtype());
    assertTrue(errorOfA <= bounds[0] && errorOfB <= bounds[1], errorOfA + " and " + errorOfB);
  }
}
