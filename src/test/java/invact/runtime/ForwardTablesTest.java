package invact.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.approx.RootPolynomial;
import invact.fit.minimax.Curve;
import invact.fit.minimax.MinimaxFit;
import invact.fit.minimax.MinimaxFitter;
import invact.math.NormalDistribution;
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

  /** Relative error of e^r and of P before their coefficients are rounded; measured, rounded up. */
  private static final double SERIES_ERROR = 0x1p-28;

  private static final double MILLS_ERROR = 0x1p-27;

  /** Rounding takes an argument over the end of its interval, by less than this. */
  private static final double MARGIN = 1e-6;

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
    MinimaxFit fit = FITTER.fit(new RootPolynomial(4, half, Double.POSITIVE_INFINITY), curve);
    assertTrue(fit.largestError() < SERIES_ERROR, () -> "error " + fit.largestError());
    float[] rounded = rounded(fit);
    float[] found = new float[5];
    for (int j = 0; j < found.length; j++) {
      found[j] = FloatExponential.coefficient(j);
    }
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
  void millsRatio() {
    float[] centres = new float[FloatGelu.SEGMENTS];
    float[][] table = new float[FloatGelu.DEGREE + 1][FloatGelu.SEGMENTS];
    for (int s = 0; s < FloatGelu.SEGMENTS; s++) {
      double low = StrictMath.max(border(s) - MARGIN, 0);
      double high = StrictMath.min(border(s + 1) + MARGIN, FloatGelu.LIMIT);
      int segment = FloatGelu.segment((float) (1 << s));
      double centre = centre(low, high);
      Curve curve = new Curve(low, high, t -> t * t, t -> mills(t), t -> 1 / mills(t));
      RootPolynomial form = new RootPolynomial(FloatGelu.DEGREE, centre, Double.POSITIVE_INFINITY);
      MinimaxFit fit = FITTER.fit(form, curve);
      assertTrue(fit.largestError() < MILLS_ERROR, () -> "error " + fit.largestError());
      float[] rounded = rounded(fit);
      centres[segment] = (float) centre;
      for (int j = 0; j < rounded.length; j++) {
        table[j][segment] = rounded[j];
      }
    }
    String source =
        row(centres)
            + "\n"
            + Arrays.stream(table).map(r -> row(r)).collect(Collectors.joining("\n"));
    assertArrayEquals(centres, FloatGelu.centres(), () -> source);
    for (int j = 0; j <= FloatGelu.DEGREE; j++) {
      assertArrayEquals(table[j], FloatGelu.coefficients(j), () -> source);
    }
  }

  /** t with t² + t + 1 = 2^s. */
  private static double border(int s) {
    return (StrictMath.sqrt(4.0 * (1 << s) - 3) - 1) / 2;
  }

  private static double mills(double t) {
    return NormalDistribution.cumulative(-t) / (NormalDistribution.density(t) * SQRT_TWO_PI);
  }

  /**
   * The multiple of 2⁻¹⁴ in the middle tenth at which P and P′ lose least when they are rounded to
   * fp32: c₀ and c₁ are nearly these.
   */
  private static double centre(double low, double high) {
    int first = (int) StrictMath.ceil(0x1p14 * (0.55 * low + 0.45 * high));
    int last = (int) StrictMath.floor(0x1p14 * (0.45 * low + 0.55 * high));
    double half = 0.5 * (high - low);
    return IntStream.rangeClosed(first, last)
        .mapToObj(i -> i * 0x1p-14)
        .min((a, b) -> Double.compare(loss(a, half), loss(b, half)))
        .orElseThrow();
  }

  private static double loss(double t, double distance) {
    double value = mills(t);
    double slope = t * value - 1 / SQRT_TWO_PI;
    return (StrictMath.abs((float) value - value)
            + distance * StrictMath.abs((float) slope - slope))
        / value;
  }

  private static float[] rounded(MinimaxFit fit) {
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
