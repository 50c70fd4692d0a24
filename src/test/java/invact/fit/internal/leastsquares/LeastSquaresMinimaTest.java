package invact.fit.internal.leastsquares;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.fit.CurveModel;
import invact.fit.LeastSquaresFitter;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers are minima, whatever the start, the units and the weights. */
class LeastSquaresMinimaTest {
  private final LeastSquaresFitter fitter = new LeastSquaresFitter();

  /** A curve by its value and derivatives, (m, ∂m/∂p₁ …). */
  private record Curve(int parameterCount, Formula formula) implements CurveModel {
    private interface Formula {
      double[] of(double x, double[] p);
    }

    @Override
    public double value(double x, double[] p) {
      return formula.of(x, p)[0];
    }

    @Override
    public void gradient(double x, double[] p, double[] g) {
      System.arraycopy(formula.of(x, p), 1, g, 0, g.length);
    }
  }

  /** (cos p, sin p) at x = 0 and 1. */
  private static final Curve CIRCLE =
      new Curve(
          1,
          (x, p) ->
              x == 0
                  ? new double[] {StrictMath.cos(p[0]), -StrictMath.sin(p[0])}
                  : new double[] {StrictMath.sin(p[0]), StrictMath.cos(p[0])});

  private static final Curve LINE = new Curve(2, (x, p) -> new double[] {p[0] + p[1] * x, 1, x});

  /** h/(1 + ((x − c)/w)²) with p = (h, c, w). */
  private static final Curve LORENTZIAN =
      new Curve(
          3,
          (x, p) -> {
            double t = (x - p[1]) / p[2];
            double l = 1 / (1 + t * t);
            double slope = 2 * p[0] * l * l * t / p[2];
            return new double[] {p[0] * l, l, slope, slope * t};
          });

  private static final Curve DECAY =
      new Curve(
          2,
          (x, p) -> {
            double e = StrictMath.exp(-p[1] * x);
            return new double[] {p[0] * e, e, -x * p[0] * e};
          });

  /** The nearest points of the unit circle; S = 1 + |y|² − 2·|y| there, its maximum opposite. */
  @ParameterizedTest
  @CsvSource({
    "0, 0.5, -1.5707963267948966, 0.25",
    "0, 3, -1.5707963267948966, 4",
    "-0.5, 0, 0, 0.25"
  })
  void theCircleIsReachedFromTheFarSide(double y0, double y1, double start, double sumOfSquares) {
    CurveModel.Fit fit =
        fitter.fit(CIRCLE, new double[] {0, 1}, new double[] {y0, y1}, new double[] {start});
    assertEquals(sumOfSquares, fit.sumOfSquares(), 1e-12);
  }

  private static double[] grid(int count, double from, double to) {
    return IntStream.range(0, count)
        .mapToDouble(i -> from + (to - from) * i / (count - 1))
        .toArray();
  }

  /**
   * No point near the answer is lower, and where a peak alone is the best the answer is that.
   *
   * @param distance of the peaks, of half-width 1, from the middle
   * @param width where the search for the width starts
   */
  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1", "4, 1", "4, 4", "6, 2", "8, 1", "8, 8", "20, 3"})
  void aPeakFromTheMiddleOfTwoEndsInAMinimum(double distance, double width) {
    double[] x = grid(401, -2 * distance, 2 * distance);
    double[] y =
        Arrays.stream(x).map(t -> lorentzian(t - distance) + lorentzian(t + distance)).toArray();
    CurveModel.Fit fit = fitter.fit(LORENTZIAN, x, y, new double[] {1, 0, width});
    double s = sumOfSquares(x, y, fit.parameters());
    for (int i = 0; i < 27; i++) {
      double[] near = fit.parameters();
      for (int j = 0, rest = i; j < 3; j++, rest /= 3) {
        near[j] += 1e-3 * (rest % 3 - 1) * (j == 1 ? near[2] : near[j]);
      }
      assertTrue(sumOfSquares(x, y, near) >= s * (1 - 1e-12), Arrays.toString(near));
    }
  }

  private static double lorentzian(double t) {
    return 1 / (1 + t * t);
  }

  private static double sumOfSquares(double[] x, double[] y, double[] p) {
    return IntStream.range(0, x.length)
        .mapToDouble(i -> LORENTZIAN.value(x[i], p) - y[i])
        .map(r -> r * r)
        .sum();
  }

  /** At p = 0 of p² the Jacobian vanishes: nothing can be told, and nothing is claimed. */
  @Test
  void aMaximumWithoutTangentsIsRefused() {
    Curve square = new Curve(1, (x, p) -> new double[] {p[0] * p[0], 2 * p[0]});
    assertThrows(
        invact.fit.FitException.class,
        () -> fitter.fit(square, new double[] {0, 1}, new double[] {1, 1}, new double[] {0}));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-300, 1e-200, 1e-155, 1e100, 1e155, 1e200, 1e300})
  void answersScaleWithTheData(double unit) {
    double[] x = grid(9, 0, 4);
    double[] y = {1.02, 0.59, 0.37, 0.21, 0.14, 0.08, 0.06, 0.02, 0.03};
    double[] scaled = Arrays.stream(y).map(v -> v * unit).toArray();
    CurveModel.Fit expected = fitter.fit(DECAY, x, y, new double[] {2, 0.5});
    CurveModel.Fit found = fitter.fit(DECAY, x, scaled, new double[] {2 * unit, 0.5});
    double tolerance = 1e-9;
    double[] units = {unit, 1};
    for (int j = 0; j < 2; j++) {
      double p = expected.parameters()[j];
      double error = expected.standardErrors()[j];
      assertEquals(p, found.parameters()[j] / units[j], tolerance * p);
      assertEquals(error, found.standardErrors()[j] / units[j], tolerance * error);
    }
    double deviation = expected.residualStandardDeviation();
    assertEquals(deviation, found.residualStandardDeviation() / unit, tolerance * deviation);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-300, 1e-200, 1e200, 1e300})
  void answersDoNotDependOnTheUnitOfWeights(double unit) {
    double[] x = {0, 1, 2, 3};
    double[] y = {1, 3, 2, 5};
    CurveModel.Fit fit =
        fitter.fit(LINE, x, y, new double[] {unit, unit, unit, unit}, new double[] {0, 0});
    assertArrayEquals(new double[] {1.1, 1.1}, fit.parameters(), 1e-13);
    assertArrayEquals(
        new double[] {StrictMath.sqrt(1.35 * 0.7), StrictMath.sqrt(0.27)},
        fit.standardErrors(),
        1e-13);
  }

  /** 1e200 in x makes the slope's derivative as large. */
  @Test
  void answersScaleWithTheAbscissas() {
    double[] x = {0, 1e200, 2e200, 3e200};
    CurveModel.Fit fit = fitter.fit(LINE, x, new double[] {1, 3, 2, 5}, new double[] {0, 0});
    assertEquals(1.1, fit.parameters()[0], 1e-13);
    assertEquals(1.1e-200, fit.parameters()[1], 1e-213);
  }

  /** What is left out needs no value, nor has the model one there. */
  @Test
  void aPointOfWeightZeroDoesNotCount() {
    Curve logarithm =
        new Curve(1, (x, p) -> new double[] {p[0] * StrictMath.log(x), StrictMath.log(x)});
    double[] x = {-1, 2, 4, Double.NaN};
    double[] y = {7, 2 * StrictMath.log(2), 2 * StrictMath.log(4), Double.POSITIVE_INFINITY};
    CurveModel.Fit fit = fitter.fit(logarithm, x, y, new double[] {0, 1, 1, 0}, new double[] {1});
    assertEquals(2, fit.parameters()[0], 1e-14);
  }

  /** σ = 0.1 and 0.2 at x = 0 and 2: the line through the points has these covariances by hand. */
  @Test
  void absoluteSigmaGivesStandardErrorsToAsManyPointsAsParameters() {
    CurveModel.Fit fit =
        fitter
            .withAbsoluteSigma()
            .fit(
                LINE,
                new double[] {0, 2},
                new double[] {1, 5},
                new double[] {100, 25},
                new double[] {0, 0});
    assertArrayEquals(new double[] {1, 2}, fit.parameters(), 1e-13);
    double[][] expected = {{0.01, -0.005}, {-0.005, 0.0125}};
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(expected[i], fit.covariance()[i], 1e-15);
      assertEquals(StrictMath.sqrt(expected[i][i]), fit.standardErrors()[i], 1e-15);
    }
    assertEquals(Double.NaN, fit.residualStandardDeviation());
  }

  /** By hand: s² = 27/20, Sxx = 5, x̄ = 3/2. */
  @Test
  void covarianceOfALine() {
    CurveModel.Fit fit =
        fitter.fit(LINE, new double[] {0, 1, 2, 3}, new double[] {1, 3, 2, 5}, new double[] {0, 0});
    assertArrayEquals(new double[] {1.35 * 0.7, -1.35 * 0.3}, fit.covariance()[0], 1e-13);
    assertArrayEquals(new double[] {-1.35 * 0.3, 1.35 * 0.2}, fit.covariance()[1], 1e-13);
  }

  @Test
  void wrongArgumentsAreNamed() {
    double[] three = {1, 2, 3};
    double[] two = {0, 0};
    assertNames("model", () -> fitter.fit(null, three, three, two));
    assertNames("model", () -> fitter.fit(new Curve(0, (x, p) -> two), three, three, two));
    assertNames("x", () -> fitter.fit(LINE, null, three, two));
    assertNames("y", () -> fitter.fit(LINE, three, null, two));
    assertNames("weights", () -> fitter.fit(LINE, three, three, null, two));
    assertNames("start", () -> fitter.fit(LINE, three, three, null));
  }

  private static void assertNames(String argument, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.startsWith(argument + " must "), message);
  }
}
