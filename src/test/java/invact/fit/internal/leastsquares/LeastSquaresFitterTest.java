package invact.fit.internal.leastsquares;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.fit.CurveModel;
import invact.fit.FitException;
import invact.fit.LeastSquaresFitter;
import org.junit.jupiter.api.Test;

class LeastSquaresFitterTest {
  /** Relative; the small linear problems here have condition numbers below 10. */
  private static final double ROUNDING = 1e-14;

  private static final double[] X = {0, 1, 2, 3};
  private static final double[] Y = {1, 3, 2, 5};

  private final LeastSquaresFitter fitter = new LeastSquaresFitter();

  /** a + b x. */
  private static class Line implements CurveModel {
    @Override
    public int parameterCount() {
      return 2;
    }

    @Override
    public double value(double x, double[] p) {
      return p[0] + p[1] * x;
    }

    @Override
    public void gradient(double x, double[] p, double[] g) {
      g[0] = 1;
      g[1] = x;
    }
  }

  /** √(a x), which is NaN for a &lt; 0. */
  private static class Root implements CurveModel {
    @Override
    public int parameterCount() {
      return 1;
    }

    @Override
    public double value(double x, double[] p) {
      return Math.sqrt(p[0] * x);
    }

    @Override
    public void gradient(double x, double[] p, double[] g) {
      g[0] = 0.5 * Math.sqrt(x / p[0]);
    }
  }

  /** By hand: x̄ = 3/2, ȳ = 11/4, Sxx = 5, Sxy = 11/2, S = 27/10, s² = 27/20. */
  @Test
  void lineIsTheExactSolution() {
    CurveModel.Fit fit = fitter.fit(new Line(), X, Y, new double[] {0, 0});
    assertArrayEquals(new double[] {1.1, 1.1}, fit.parameters(), 1.1 * ROUNDING);
    assertEquals(2.7, fit.sumOfSquares(), 2.7 * ROUNDING);
    assertEquals(Math.sqrt(1.35), fit.residualStandardDeviation(), 2 * ROUNDING);
    double[] errors = {Math.sqrt(1.35 * (0.25 + 2.25 / 5)), Math.sqrt(1.35 / 5)};
    assertArrayEquals(errors, fit.standardErrors(), ROUNDING);
    // The unit columns have the cosine c = 6/√56, singular values √(1 ± c).
    double cosine = 6 / Math.sqrt(56);
    assertEquals(Math.sqrt((1 + cosine) / (1 - cosine)), fit.conditionNumber(), 10 * ROUNDING);
  }

  @Test
  void lineThroughAllPointsHasNoResidual() {
    CurveModel.Fit fit =
        fitter.fit(new Line(), X, new double[] {0.1, 0.4, 0.7, 1.0}, new double[] {9, -9});
    assertArrayEquals(new double[] {0.1, 0.3}, fit.parameters(), ROUNDING);
    assertEquals(0, fit.sumOfSquares(), ROUNDING * ROUNDING);
  }

  @Test
  void dataOfZeroHaveTheAnswerZero() {
    CurveModel.Fit fit = fitter.fit(new Line(), X, new double[4], new double[] {9, -9});
    assertArrayEquals(new double[] {0, 0}, fit.parameters(), 9 * ROUNDING);
  }

  @Test
  void asManyPointsAsParametersLeaveNoStandardErrors() {
    CurveModel.Fit fit =
        fitter.fit(new Line(), new double[] {0, 2}, new double[] {1, 5}, new double[] {0, 0});
    assertArrayEquals(new double[] {1, 2}, fit.parameters(), 2 * ROUNDING);
    assertEquals(Double.NaN, fit.residualStandardDeviation());
    assertArrayEquals(new double[] {Double.NaN, Double.NaN}, fit.standardErrors());
  }

  @Test
  void weightCountsAsRepetition() {
    CurveModel.Fit weighted =
        fitter.fit(new Line(), X, Y, new double[] {1, 3, 0, 2}, new double[] {0, 0});
    CurveModel.Fit repeated =
        fitter.fit(
            new Line(),
            new double[] {0, 1, 1, 1, 3, 3},
            new double[] {1, 3, 3, 3, 5, 5},
            new double[] {0, 0});
    assertArrayEquals(repeated.parameters(), weighted.parameters(), 3 * ROUNDING);
    assertEquals(repeated.sumOfSquares(), weighted.sumOfSquares(), ROUNDING);
    assertEquals(repeated.conditionNumber(), weighted.conditionNumber(), 10 * ROUNDING);
    // 4 degrees of freedom against 1: a point of weight 0 is none, one of weight 3 is one.
    assertEquals(
        2 * repeated.residualStandardDeviation(), weighted.residualStandardDeviation(), ROUNDING);
  }

  @Test
  void stepsOutsideTheDomainAreRejected() {
    // The tangent at 4 overshoots below zero: the answer is 0.01.
    double[] x = {1, 4, 9};
    CurveModel.Fit fit = fitter.fit(new Root(), x, new double[] {0.1, 0.2, 0.3}, new double[] {4});
    assertEquals(0.01, fit.parameters()[0], 0.01 * ROUNDING);
  }

  @Test
  void startOutsideTheDomainFails() {
    assertFails("not finite at the start", () -> fitter.fit(new Root(), X, Y, new double[] {-1}));
  }

  @Test
  void exhaustedEvaluationsFail() throws Exception {
    NistProblem mgh17 = NistProblem.read("MGH17");
    assertFails(
        "no convergence in 20 evaluations",
        () ->
            fitter
                .withMaxEvaluations(20)
                .fit(NistModels.all().get("MGH17"), mgh17.x(), mgh17.y(), mgh17.starts()[0]));
  }

  @Test
  void undeterminedParametersFail() {
    assertFails(
        "do not determine all parameters",
        () -> fitter.fit(new Line(), new double[] {1, 1, 1}, new double[3], new double[2]));
  }

  @Test
  void aWrongGradientFails() {
    CurveModel wrong =
        new Line() {
          @Override
          public void gradient(double x, double[] p, double[] g) {
            g[0] = -1;
            g[1] = x * x;
          }
        };
    assertFails("not orthogonal", () -> fitter.fit(wrong, X, Y, new double[] {0, 0}));
  }

  @Test
  void argumentsAreNamed() {
    double[] ones = {1, 1, 1, 1};
    double[] start = {0, 0};
    assertNames("y", () -> fitter.fit(new Line(), X, new double[3], start));
    assertNames("weights", () -> fitter.fit(new Line(), X, Y, new double[3], start));
    assertNames("start", () -> fitter.fit(new Line(), X, Y, new double[3]));
    assertNames("x", () -> fitter.fit(new Line(), new double[1], new double[1], start));
    assertNames("x", () -> fitter.fit(new Line(), X, Y, new double[] {1, 0, 0, 0}, start));
    assertNames(
        "x", () -> fitter.fit(new Line(), new double[] {0, 1, 2, Double.NaN}, Y, ones, start));
    assertNames(
        "y",
        () ->
            fitter.fit(
                new Line(), X, new double[] {0, 1, 2, Double.POSITIVE_INFINITY}, ones, start));
    assertNames("weights", () -> fitter.fit(new Line(), X, Y, new double[] {1, 1, 1, -1}, start));
    assertNames(
        "weights", () -> fitter.fit(new Line(), X, Y, new double[] {1, 1, 1, Double.NaN}, start));
    assertNames("start", () -> fitter.fit(new Line(), X, Y, new double[] {0, Double.NaN}));
    assertNames("tolerance", () -> fitter.withRelativeCostTolerance(1e-16));
    assertNames("tolerance", () -> fitter.withOrthogonalityTolerance(Double.NaN));
    assertNames("evaluations", () -> fitter.withMaxEvaluations(0));
  }

  @Test
  void answersAreValues() {
    double[] start = {0, 0};
    CurveModel.Fit fit = fitter.fit(new Line(), X, Y, start);
    CurveModel.Fit again = fitter.withRelativeCostTolerance(1e-14).fit(new Line(), X, Y, start);
    assertEquals(fit, again);
    assertEquals(fit.hashCode(), again.hashCode());
    assertEquals(fit.toString(), again.toString());
    fit.parameters()[0] = 7;
    fit.standardErrors()[0] = 7;
    assertEquals(again, fit);
    assertArrayEquals(new double[] {0, 0}, start);
  }

  private static void assertFails(String reason, Runnable fit) {
    String message = assertThrows(FitException.class, fit::run).getMessage();
    assertTrue(message.contains(reason), message);
    assertEquals(1, message.lines().count());
  }

  private static void assertNames(String argument, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.startsWith(argument + " "), message);
  }
}
