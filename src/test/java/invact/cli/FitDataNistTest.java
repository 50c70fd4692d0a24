package invact.cli;

import static invact.cli.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.cli.CommandTest.Run;
import invact.fit.internal.leastsquares.NistProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code invact fit data} on the NIST problems, from both starts of each, with the models as NIST
 * writes them.
 *
 * <p>Digits are −log₁₀(|computed − certified| / |certified|), of 11 certified.
 */
class FitDataNistTest {
  private static final double PARAMETER_DIGITS = 6;
  private static final double STANDARD_ERROR_DIGITS = 5;
  private static final double RESIDUAL_DIGITS = 10;

  private static final String CUBIC_OVER_CUBIC = "(b1+b2*x+b3*x^2+b4*x^3)/(1+b5*x+b6*x^2+b7*x^3)";

  private static final Map<String, String> MODELS =
      Map.ofEntries(
          Map.entry("BoxBOD", "b1*(1-exp(-b2*x))"),
          Map.entry("Chwirut2", "exp(-b1*x)/(b2+b3*x)"),
          Map.entry("DanWood", "b1*x^b2"),
          Map.entry(
              "ENSO",
              "b1+b2*cos(2*pi*x/12)+b3*sin(2*pi*x/12)+b5*cos(2*pi*x/b4)+b6*sin(2*pi*x/b4)"
                  + "+b8*cos(2*pi*x/b7)+b9*sin(2*pi*x/b7)"),
          Map.entry("Eckerle4", "(b1/b2)*exp(-0.5*((x-b3)/b2)^2)"),
          Map.entry("Gauss1", "b1*exp(-b2*x)+b3*exp(-(x-b4)^2/b5^2)+b6*exp(-(x-b7)^2/b8^2)"),
          Map.entry("Hahn1", CUBIC_OVER_CUBIC),
          Map.entry("Kirby2", "(b1+b2*x+b3*x^2)/(1+b4*x+b5*x^2)"),
          Map.entry("Lanczos3", "b1*exp(-b2*x)+b3*exp(-b4*x)+b5*exp(-b6*x)"),
          Map.entry("MGH09", "b1*(x^2+x*b2)/(x^2+x*b3+b4)"),
          Map.entry("MGH17", "b1+b2*exp(-x*b4)+b3*exp(-x*b5)"),
          Map.entry("Misra1a", "b1*(1-exp(-b2*x))"),
          Map.entry("Rat42", "b1/(1+exp(b2-b3*x))"),
          Map.entry("Thurber", CUBIC_OVER_CUBIC));

  @TempDir private Path folder;

  static Stream<Arguments> runs() {
    return MODELS.keySet().stream()
        .sorted()
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
    StringBuilder lines = new StringBuilder("y,x\n");
    for (int i = 0; i < problem.x().length; i++) {
      lines.append(problem.y()[i]).append(',').append(problem.x()[i]).append('\n');
    }
    Path file = Files.writeString(folder.resolve("points.csv"), lines);
    StringBuilder starts = new StringBuilder();
    double[] values = problem.starts()[start - 1];
    for (int j = 0; j < values.length; j++) {
      starts.append(j == 0 ? "" : ",").append("b").append(j + 1).append('=').append(values[j]);
    }
    Run run =
        run(
            "fit",
            "data",
            file.toString(),
            "--model",
            MODELS.get(name),
            "--start",
            starts.toString(),
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode fit = JsonMapper.shared().readTree(run.out());
    assertEquals(problem.x().length, fit.get("points").intValue());
    assertAll(
        Stream.concat(
            Stream.of("sumOfSquares", "residualStandardDeviation")
                .map(key ->
                    () ->
                        assertDigits(
                            key,
                            RESIDUAL_DIGITS,
                            key.equals("sumOfSquares")
                                ? problem.sumOfSquares()
                                : problem.residualStandardDeviation(),
                            fit.get(key))),
            fit.get("parameters")
                .valueStream()
                .map(parameter ->
                    () -> {
                      String its = parameter.get("name").stringValue();
                      int j = Integer.parseInt(its.substring(1)) - 1;
                      assertDigits(
                          its, PARAMETER_DIGITS, problem.parameters()[j], parameter.get("value"));
                      assertDigits(
                          its + " +/-",
                          STANDARD_ERROR_DIGITS,
                          problem.standardErrors()[j],
                          parameter.get("standardError"));
                    })));
  }

  private static void assertDigits(String what, double digits, double certified, JsonNode found) {
    double agreed = -Math.log10(Math.abs(found.doubleValue() - certified) / Math.abs(certified));
    assertTrue(
        agreed >= digits,
        () -> "%s: %.1f digits: %s instead of %s".formatted(what, agreed, found, certified));
  }
}
