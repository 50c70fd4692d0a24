package invact.fit.internal.leastsquares;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.fit.CurveModel;
import invact.fit.LeastSquaresFitter;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The fitter on the NIST problems, from both starts of each.
 *
 * <p>Agreement is in decimal digits, −log₁₀(|computed − certified| / |certified|), of 11 certified.
 * The digits asserted are the least over the 28 runs, rounded down: 6.1 for parameters (ENSO, start
 * 2), 6.7 for standard errors (Thurber, start 1), 10.4 for both measures of the residuals.
 */
class NistCertificationTest {
  private static final double PARAMETER_DIGITS = 6;
  private static final double STANDARD_ERROR_DIGITS = 6;
  private static final double RESIDUAL_DIGITS = 10;

  static Stream<Arguments> runs() {
    return NistModels.all().keySet().stream()
        .flatMap(name -> Stream.of(Arguments.of(name, 1), Arguments.of(name, 2)));
  }

  @Test
  void thereAreTwentyEightRuns() {
    assertEquals(28, runs().count());
  }

  @ParameterizedTest(name = "{0}, start {1}")
  @MethodSource("runs")
  void reproducesTheCertifiedAnswer(String name, int start) throws Exception {
    NistProblem problem = NistProblem.read(name);
    CurveModel.Fit fit =
        new LeastSquaresFitter()
            .fit(NistModels.all().get(name), problem.x(), problem.y(), problem.starts()[start - 1]);
    assertAll(
        () -> assertDigits(PARAMETER_DIGITS, problem.parameters(), fit.parameters()),
        () -> assertDigits(STANDARD_ERROR_DIGITS, problem.standardErrors(), fit.standardErrors()),
        () -> assertDigits(RESIDUAL_DIGITS, problem.sumOfSquares(), fit.sumOfSquares()),
        () ->
            assertDigits(
                RESIDUAL_DIGITS,
                problem.residualStandardDeviation(),
                fit.residualStandardDeviation()));
  }

  /**
   * From anywhere an answer is a minimum, so never below the certified, least one. On these
   * problems there always is an answer; one of BoxBOD needs a second search, with a smaller first
   * step.
   */
  @ParameterizedTest
  @ValueSource(strings = {"BoxBOD", "Chwirut2", "DanWood", "Kirby2", "MGH09", "Misra1a", "Rat42"})
  void answersFromScatteredStarts(String name) throws Exception {
    long seed = 1;
    Random random = new Random(seed);
    NistProblem problem = NistProblem.read(name);
    CurveModel model = NistModels.all().get(name);
    for (int run = 0; run < 100; run++) {
      double[] start = problem.parameters().clone();
      for (int j = 0; j < start.length; j++) {
        start[j] *= StrictMath.exp(random.nextGaussian());
      }
      String context = "seed " + seed + ", run " + run;
      double sum =
          new LeastSquaresFitter().fit(model, problem.x(), problem.y(), start).sumOfSquares();
      // Certified to 11 digits.
      assertTrue(sum >= problem.sumOfSquares() * (1 - 1e-10), context);
    }
  }

  /**
   * Gradients against central differences of order four.
   *
   * <p>With steps h = 2⁻¹³|pⱼ| rounding is a few times 2¹³ ulps of the largest |m|, 2e-12 of it,
   * and truncation is h⁴/30 times the fifth derivative: at most 4.6e-9 of the largest |pⱼ ∂m/∂pⱼ|,
   * for the centre of the narrow bell of Eckerle4.
   */
  @ParameterizedTest(name = "{0}, start {1}")
  @MethodSource("runs")
  void gradientsAreDerivatives(String name, int start) throws Exception {
    NistProblem problem = NistProblem.read(name);
    CurveModel model = NistModels.all().get(name);
    double[] p = problem.starts()[start - 1];
    int points = problem.x().length;
    double[][] gradients = new double[points][model.parameterCount()];
    double largestValue = 0;
    for (int i = 0; i < points; i++) {
      model.gradient(problem.x()[i], p, gradients[i]);
      largestValue = Math.max(largestValue, Math.abs(model.value(problem.x()[i], p)));
    }
    for (int j = 0; j < p.length; j++) {
      double step = Math.scalb(p[j], -13);
      double largestError = 0;
      double largestDerivative = 0;
      for (int i = 0; i < points; i++) {
        double x = problem.x()[i];
        double difference =
            (8 * (shifted(model, x, p, j, step) - shifted(model, x, p, j, -step))
                    - (shifted(model, x, p, j, 2 * step) - shifted(model, x, p, j, -2 * step)))
                / (12 * step);
        double scaled = p[j] * gradients[i][j];
        largestError = Math.max(largestError, Math.abs(p[j] * difference - scaled));
        largestDerivative = Math.max(largestDerivative, Math.abs(scaled));
      }
      assertEquals(0, largestError / (largestDerivative + largestValue), 1e-8, "b" + (j + 1));
    }
  }

  private static double shifted(CurveModel model, double x, double[] p, int j, double step) {
    double[] q = p.clone();
    q[j] += step;
    return model.value(x, q);
  }

  private static void assertDigits(double digits, double[] certified, double[] computed) {
    assertEquals(certified.length, computed.length);
    for (int j = 0; j < certified.length; j++) {
      assertDigits(digits, certified[j], computed[j]);
    }
  }

  private static void assertDigits(double digits, double certified, double computed) {
    double agreed = -Math.log10(Math.abs(computed - certified) / Math.abs(certified));
    assertTrue(
        agreed >= digits,
        () -> "%.1f digits: %s instead of %s".formatted(agreed, computed, certified));
  }
}
