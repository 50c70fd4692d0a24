package invact.runtime.internal;

import static invact.runtime.internal.DtypeElements.all;
import static invact.runtime.internal.DtypeElements.requireSame;
import static invact.runtime.internal.DtypeElements.segment;
import static invact.runtime.internal.DtypeElements.ulp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.runtime.InvertedActivation;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The values that {@link InvertedActivation} promises, for every coefficient set and dtype. */
abstract class ValueContract extends BackendContract {
  /** What a set gives in a 16-bit dtype over all finite inputs; measured, errors rounded up. */
  private record HalfFigures(int misroundedOutputs, double maxError, double rmsError) {}

  private static final Map<String, HalfFigures> HALF_FIGURES =
      Map.of(
          "gelu-published bf16", new HalfFigures(128, 3.26e-2, 5.9e-4),
          "gelu-published fp16", new HalfFigures(3, 2.25e-2, 1.39e-3),
          "silu-published bf16", new HalfFigures(128, 1.64e-2, 3.5e-4),
          "silu-published fp16", new HalfFigures(1, 6.4e-3, 4.0e-4),
          "gelu-segmented bf16", new HalfFigures(128, 1.54e-2, 3.1e-4),
          "gelu-segmented fp16", new HalfFigures(3, 6.5e-3, 1.7e-4),
          "silu-segmented bf16", new HalfFigures(128, 1.5e-2, 3.2e-4),
          "silu-segmented fp16", new HalfFigures(1, 4.9e-3, 1.5e-4));

  ValueContract(String backendName) {
    super(backendName);
  }

  @ParameterizedTest
  @MethodSource("allCases")
  void specialValues(Case c) {
    InvertedActivation activation = backend.open(c.set());
    requireSpecial(activation, c, Float.NaN, Float.NaN, false, Float.NaN);
    requireSpecial(activation, c, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY, true, 1.0f);
    requireSpecial(activation, c, Float.NEGATIVE_INFINITY, -0.0f, false, 0.0f);
    float max = (float) c.dtype().maxValue();
    requireSpecial(activation, c, max, max, true, 1.0f);
    requireSpecial(activation, c, -max, -0.0f, false, 0.0f);
    for (float zero : new float[] {0.0f, -0.0f}) {
      Element element = Element.forward(activation, c.dtype(), zero);
      requireSame(zero, element.y(), "y of zero");
      assertTrue(element.right(), "zero lies right of T");
      requireSame(0.0f, Element.backward(activation, c.dtype(), 1.0f, zero, false), "g(±0, 0)");
    }
    for (float y : new float[] {-1.0f, 0.0f, 1.0f, Float.POSITIVE_INFINITY}) {
      for (boolean right : new boolean[] {false, true}) {
        float dx = Element.backward(activation, c.dtype(), Float.NaN, y, right);
        requireSame(Float.NaN, dx, "dx of NaN");
      }
    }
    requireSame(
        Float.NaN, Element.backward(activation, c.dtype(), 1.0f, Float.NaN, true), "g(NaN, 1)");
  }

  private static void requireSpecial(
      InvertedActivation activation, Case c, float x, float y, boolean right, float g) {
    Element element = Element.forward(activation, c.dtype(), x);
    requireSame(y, element.y(), "y of x = " + x);
    assertEquals(right, element.right(), "indicator of x = " + x);
    requireSame(g, Element.backward(activation, c.dtype(), 1.0f, y, right), "g of x = " + x);
  }

  /** T itself is decided in double precision, not after T is rounded to the dtype. */
  @ParameterizedTest
  @MethodSource("cases")
  void indicatorIsExactAroundArgmin(Case c) {
    InvertedActivation activation = backend.open(c.set());
    float nearest = c.rounded(c.argmin());
    double ulp = ulp(c.dtype(), nearest);
    for (int k = -2; k <= 2; k++) {
      float x = (float) (nearest + k * ulp);
      assertEquals(x >= c.argmin(), Element.forward(activation, c.dtype(), x).right(), "x = " + x);
    }
  }

  /** y that rounding, or anyone, took below f(T) is f(T). */
  @ParameterizedTest
  @MethodSource("cases")
  void outputsBelowTheMinimumCountAsTheMinimum(Case c) {
    InvertedActivation activation = backend.open(c.set());
    // Above f(T) there may be no number of the dtype that is f(T) in fp32; below, all agree.
    float below = (float) (c.rounded(c.set().activation().minimum()) * 1.125);
    for (boolean right : new boolean[] {false, true}) {
      float expected = Element.backward(activation, c.dtype(), 1.0f, below, right);
      double atMinimum = derivative(c, below, right);
      assertEquals(
          atMinimum, expected, bound(c, atMinimum, below, right) + ulp(c.dtype(), expected));
      for (float y : new float[] {2 * below, -100.0f, (float) -c.dtype().maxValue()}) {
        requireSame(
            expected, Element.backward(activation, c.dtype(), 1.0f, y, right), "g(" + y + ")");
      }
    }
  }

  /** Whatever finite y, even ones that no input has, and S the backward pass is given. */
  @ParameterizedTest
  @MethodSource("allCases")
  void finiteInputsGiveFiniteGradients(Case c) {
    InvertedActivation activation = backend.open(c.set());
    float[] y = finite(c.dtype().isHalf() ? all(c.dtype()) : everyMagnitude());
    float max = (float) c.dtype().maxValue();
    for (float dy : new float[] {1.0f, -1.0f, 0.5f * max, -0.5f * max, Float.MIN_VALUE, 0.0f}) {
      float rounded = c.rounded(dy);
      for (boolean right : new boolean[] {false, true}) {
        float[] dx = backward(activation, c.dtype(), fill(rounded, y.length), y, right);
        for (int i = 0; i < dx.length; i++) {
          float at = y[i];
          assertTrue(Float.isFinite(dx[i]), () -> "dy " + rounded + " y " + at + " S " + right);
        }
      }
    }
  }

  /**
   * Forward is f rounded, backward the double-precision approximant within {@link #bound}.
   *
   * <p>dx has one more rounding, of dy·g to fp32, and in 16 bits a second: below 0.51 ulp both.
   */
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case c) {
    InvertedActivation activation = backend.open(c.set());
    float[] x = sweep(c);
    MemorySegment y = segment(c.dtype(), x);
    MemorySegment indicator = indicator(x.length);
    activation.forward(c.dtype(), y, y, indicator);
    float[] dy = randomInputs(c, x.length, 2);
    MemorySegment dx = segment(c.dtype(), dy);
    activation.backward(c.dtype(), dx, y, indicator, dx);
    double largestRatio = 0;
    for (int i = 0; i < x.length; i++) {
      float output = GuardedBuffer.get(c.dtype(), y, i);
      boolean right = x[i] >= c.argmin();
      assertEquals(right, bit(indicator, i), "x = " + x[i]);
      requireOutput(c, x[i], output);
      double g = derivative(c, output, right);
      double found = GuardedBuffer.get(c.dtype(), dx, i);
      if (Double.isFinite(dy[i]) && !Float.isNaN(output)) {
        double gradient = dy[i] * g;
        double bound = StrictMath.abs(dy[i]) * bound(c, g, output, right);
        bound += 0.51 * ulp(c.dtype(), StrictMath.abs(gradient) + bound);
        if (StrictMath.abs(gradient) + bound <= c.dtype().maxValue()) {
          double error = StrictMath.abs(found - gradient);
          String message = "x " + x[i] + " y " + output + " dy " + dy[i] + ": " + found + " for ";
          assertTrue(error <= bound, message + gradient);
          largestRatio = StrictMath.max(largestRatio, error / bound);
        }
      }
    }
    assertTrue(largestRatio > 0.1, "the bound is far too wide: " + largestRatio);
  }

  /** y is f(x) to 2 ulp in fp32; in 16 bits these move a tie by less than 0.001 ulp. */
  private static void requireOutput(Case c, float x, float y) {
    double exact = c.set().activation().value(x);
    double bound = c.dtype().isHalf() ? 0.501 : 2;
    if (c.rounded(exact) != y) {
      assertEquals(exact, y, bound * ulp(c.dtype(), exact), "y of " + x);
    }
  }

  /** Every input there is. */
  @ParameterizedTest
  @MethodSource("halfCases")
  void everyInputOf16Bits(Case c) {
    InvertedActivation activation = backend.open(c.set());
    Activation f = c.set().activation();
    float[] x = all(c.dtype());
    MemorySegment y = segment(c.dtype(), x);
    MemorySegment indicator = indicator(x.length);
    activation.forward(c.dtype(), y, y, indicator);
    MemorySegment g = segment(c.dtype(), fill(1.0f, x.length));
    activation.backward(c.dtype(), g, y, indicator, g);
    int misrounded = 0;
    int finite = 0;
    double maxError = 0;
    float maxErrorAt = Float.NaN;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      float output = GuardedBuffer.get(c.dtype(), y, i);
      float derivative = GuardedBuffer.get(c.dtype(), g, i);
      boolean right = x[i] >= c.argmin();
      assertEquals(right, bit(indicator, i), "indicator of " + x[i]);
      if (!Float.isFinite(x[i])) {
        continue;
      }
      finite++;
      float exact = c.rounded(value(f, x[i]));
      if (output != exact) {
        misrounded++;
        assertEquals(exact, output, 1.001 * ulp(c.dtype(), exact), "y of " + x[i]);
      }
      double approximate = derivative(c, output, right);
      double own = bound(c, approximate, output, right);
      double rounding = own + 0.51 * ulp(c.dtype(), StrictMath.abs(approximate) + own);
      double error = StrictMath.abs(derivative - f.derivative(x[i]));
      double unavoidable = StrictMath.abs(approximate - f.derivative(x[i]));
      assertTrue(error <= unavoidable + rounding, () -> "g(" + output + ") is " + derivative);
      squares += error * error;
      if (error > maxError) {
        maxError = error;
        maxErrorAt = x[i];
      }
    }
    double rms = StrictMath.sqrt(squares / finite);
    String found =
        c
            + ": "
            + misrounded
            + " outputs misrounded, error of g "
            + maxError
            + " at "
            + maxErrorAt
            + ", RMS "
            + rms;
    HalfFigures figures = HALF_FIGURES.get(c.toString());
    assertEquals(figures.misroundedOutputs, misrounded, found);
    assertTrue(maxError <= figures.maxError && rms <= figures.rmsError, found);
  }

  /** f(x) = x/2 + f″(0)/2·x² + …, which breaks ties even where x/2 is all that doubles hold. */
  private static double value(Activation f, double x) {
    return x != 0 && StrictMath.abs(x) < 0x1p-60 ? Math.nextUp(0.5 * x) : f.value(x);
  }
}
