package invact.internal.arithmetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.MinimaxFit;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.form.internal.RootPolynomial;
import invact.numeric.internal.NormalDistribution;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The tables of the forward pass are what the minimax fitter makes. Where they differ, the message
 * holds the rows to paste.
 */
class ForwardTablesTest {
  private static final double LN2 = 0.6931471805599453;
  private static final double SQRT_TWO_PI = 2.5066282746310005;

  /** Relative error before the coefficients are rounded; measured, rounded up. */
  private static final double SERIES_ERROR = 0x1p-28;

  private static final double TAIL_ERROR = 0x1p-27;
  private static final double SEGMENT_ERROR = 0x1p-27;

  /** Rounding takes an argument over the end of its interval, by less than this. */
  private static final double MARGIN = 1e-6;

  /** Of segment 0, at whose lower end the error's weight vanishes. */
  private static final double LEAST = 0x1p-7;

  /** Where a difference quotient would lose more digits than the first two terms of its series. */
  private static final double NEAR = 1e-5;

  /** The neighbouring fp32 numbers among which a centre is chosen. */
  private static final int NEIGHBOURS = 1 << 16;

  /** Points of a segment at which rounding errors are estimated, and candidates for its centre. */
  private static final int POINTS = 200;

  /** The coefficients are rounded to fp32: more would be lost. */
  private static final MinimaxFitter FITTER = new MinimaxFitter().withTolerance(1e-2);

  @Test
  void exponential() {
    // The fitter's variable is a root, r + ln(2)/2 ≥ 0.
    double half = 0.5 * LN2 + MARGIN;
    Curve curve =
        new Curve(
            0,
            2 * half,
            x -> x * x,
            x -> series(x - half),
            x -> (x - half) * (x - half) * StrictMath.exp(half - x));
    float[] rounded = fit(4, half, curve, SERIES_ERROR);
    float[] found = {
      Exponential.coefficient(0),
      Exponential.coefficient(1),
      Exponential.coefficient(2),
      Exponential.coefficient(3),
      Exponential.coefficient(4)
    };
    assertArrayEquals(rounded, found, () -> row(rounded));
  }

  /** (e^r − 1 − r)/r², next to 0 by its Taylor series. */
  private static double series(double r) {
    if (StrictMath.abs(r) > 0x1p-7) {
      return (StrictMath.expm1(r) - r) / (r * r);
    }
    double sum = 0;
    for (int j = 9; j >= 2; j--) {
      sum = 1 + r / (j + 1) * sum;
    }
    return 0.5 * sum;
  }

  @Test
  void geluTail() {
    double low = 1 / (GeluForward.END * GeluForward.END) - MARGIN;
    double high = 1 / (GeluForward.LIMIT * GeluForward.LIMIT) + MARGIN;
    Curve curve = new Curve(low, high, s -> s * s, s -> tail(s), s -> -1 / tail(s));
    float[] rounded = fit(5, 0, curve, TAIL_ERROR);
    float[] found = {
      GeluForward.coefficient(0),
      GeluForward.coefficient(1),
      GeluForward.coefficient(2),
      GeluForward.coefficient(3),
      GeluForward.coefficient(4),
      GeluForward.coefficient(5)
    };
    assertArrayEquals(rounded, found, () -> row(rounded));
  }

  /** f(−t)·exp(t²/2) at t = 1/√s. */
  private static double tail(double s) {
    double t = 1 / StrictMath.sqrt(s);
    return -t * NormalDistribution.cumulative(-t) / (NormalDistribution.density(t) * SQRT_TWO_PI);
  }

  @Test
  void geluSegments() {
    checkSegments(Activations.GELU, GeluForward.SEGMENTS, GeluForward.LIMIT);
  }

  @Test
  void siluSegments() {
    checkSegments(Activations.SILU, SiluForward.SEGMENTS, SiluForward.LIMIT);
  }

  private static void checkSegments(Activation f, Segments found, float limit) {
    assertTrue(Math.nextDown(limit) * found.perUnit() < Segments.COUNT - 0.5f);
    float[] centres = new float[Segments.COUNT];
    float[][] table = new float[Segments.DEGREE + 1][Segments.COUNT];
    for (int s = 0; s < Segments.COUNT; s++) {
      double low = StrictMath.max(0, (s - 0.5) / found.perUnit());
      double high = (s + 0.5) / found.perUnit();
      centres[s] = s == 0 ? 0 : centre(f, low, high);
      float[] column = s == 0 ? first(f, high) : segment(f, low, high, centres[s]);
      for (int j = 0; j < column.length; j++) {
        table[j][s] = column[j];
      }
    }
    String source =
        row(centres)
            + "\n"
            + Arrays.stream(table).map(r -> row(r)).collect(Collectors.joining("\n"));
    assertArrayEquals(centres, found.centres(), () -> source);
    for (int j = 0; j <= Segments.DEGREE; j++) {
      assertArrayEquals(table[j], found.coefficients(j), () -> source);
    }
  }

  /** Segment 0: t²·r(t²), relative to f. c₀ = −0 and the tiny c₁ &lt; 0 keep the sign of x = −0. */
  private static float[] first(Activation f, double high) {
    Curve curve =
        new Curve(
            LEAST,
            high + MARGIN,
            t -> t * t * t * t,
            t -> (f.value(-t) + 0.5 * t) / (t * t),
            t -> -t * t / f.value(-t));
    float[] even = fit(Segments.DEGREE / 2 - 1, 0, curve, SEGMENT_ERROR);
    float[] column = new float[Segments.DEGREE + 1];
    column[0] = -0.0f;
    column[1] = -Float.MIN_NORMAL;
    for (int j = 0; j < even.length; j++) {
      column[2 * j + 2] = even[j];
    }
    return column;
  }

  /** Any other segment: (f(−t) − f(−centre))/d by p, relative to f. */
  private static float[] segment(Activation f, double low, double high, float centre) {
    double value = f.value(-centre);
    Curve curve =
        new Curve(
            low - MARGIN,
            high + MARGIN,
            t -> t * t,
            t -> {
              double d = t - centre;
              return StrictMath.abs(d) < NEAR
                  ? -f.derivative(-centre) + 0.5 * d * f.secondDerivative(-centre)
                  : (f.value(-t) - value) / d;
            },
            t -> -StrictMath.abs(t - centre) / f.value(-t));
    float[] p = fit(Segments.DEGREE - 1, centre, curve, SEGMENT_ERROR);
    float[] column = new float[Segments.DEGREE + 1];
    column[0] = (float) onGrid(value, high);
    System.arraycopy(p, 0, column, 1, p.length);
    return column;
  }

  /** The fp32 number near the best centre at which f(−t) is nearest to its grid. */
  private static float centre(Activation f, double low, double high) {
    int first = Float.floatToRawIntBits((float) bestCentre(f, low, high)) - NEIGHBOURS / 2;
    float centre = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int bits = first; bits < first + NEIGHBOURS; bits++) {
      float candidate = Float.intBitsToFloat(bits);
      double value = f.value(-candidate);
      double distance = StrictMath.abs(value - onGrid(value, high)) / StrictMath.abs(value);
      if (distance < least) {
        least = distance;
        centre = candidate;
      }
    }
    return centre;
  }

  /**
   * The multiple of the grid next to f(−t): of the ulp of x at the segment's end, or of 2⁻¹¹ of the
   * value's power of two if that is finer.
   */
  private static double onGrid(double value, double high) {
    double grid =
        StrictMath.min(Math.ulp((float) high), StrictMath.scalb(1.0, Math.getExponent(value) - 11));
    return grid * StrictMath.rint(value / grid);
  }

  /**
   * −T in its segment; elsewhere where rounding errors are least. They are in proportion to the sum
   * of the polynomial's terms' sizes; beyond the centre these have alternating signs, and the sum
   * of the sizes is about the sum on its other side, as far from it.
   */
  private static double bestCentre(Activation f, double low, double high) {
    if (low < -f.argmin() && -f.argmin() < high) {
      return -f.argmin();
    }
    return IntStream.rangeClosed(0, POINTS)
        .mapToObj(i -> low + (high - low) * i / POINTS)
        .min((a, b) -> Double.compare(loss(f, low, high, a), loss(f, low, high, b)))
        .orElseThrow();
  }

  /** Largest rounding error beside f, and beside the step of f to the next t. */
  private static double loss(Activation f, double low, double high, double centre) {
    double loss = 0;
    for (int i = 0; i <= POINTS; i++) {
      double t = low + (high - low) * i / POINTS;
      double mirrored = centre - StrictMath.abs(t - centre);
      double terms = StrictMath.abs(f.value(-mirrored) - f.value(-centre));
      double step = StrictMath.abs(t * f.derivative(-t));
      loss = StrictMath.max(loss, terms / StrictMath.min(step, -f.value(-t)));
    }
    return loss;
  }

  private static float[] fit(int degree, double centre, Curve curve, double bound) {
    RootPolynomial form = new RootPolynomial(degree, centre, Double.POSITIVE_INFINITY);
    MinimaxFit fit = FITTER.fit(form, curve);
    assertTrue(fit.largestError() < bound, () -> "error " + fit.largestError());
    double[] c = fit.coefficients();
    float[] rounded = new float[c.length];
    for (int j = 0; j < c.length; j++) {
      rounded[j] = (float) c[j];
    }
    return rounded;
  }

  private static String row(float[] values) {
    return IntStream.range(0, values.length)
        .mapToObj(j -> values[j] + "f")
        .collect(Collectors.joining(", ", "{", "},"));
  }
}
