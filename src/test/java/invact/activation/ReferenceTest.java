package invact.activation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.numeric.internal.Logistic;
import invact.numeric.internal.NormalDistribution;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions against 40-digit values; see {@code reference/activations.py}. */
class ReferenceTest {
  /** Figures that the Javadoc of the functions quotes: largest error, in ulp and RMS ulp. */
  private record Bound(double maxUlp, double rmsUlp) {}

  private record Row(double x, BigDecimal[] values) {}

  /** T and f(T) are the doubles nearest to those in the third line of each file. */
  @ParameterizedTest
  @ValueSource(
      strings = {"gelu", "silu", "gelu-tanh", "quick-gelu", "swish-0.3", "swish-8", "mish"})
  void argminAndMinimumAreCorrectlyRounded(String name) throws Exception {
    Activation f = Activations.of(name);
    String[] words = lines(name).skip(2).findFirst().orElseThrow().split("[ ,]+");
    assertEquals(new BigDecimal(words[3]).doubleValue(), f.argmin());
    assertEquals(new BigDecimal(words[6]).doubleValue(), f.minimum());
  }

  @TestFactory
  List<DynamicTest> relativeErrorInUlp() throws Exception {
    List<Row> gelu = rows("gelu");
    List<Row> silu = rows("silu");
    Bound swish = new Bound(2.7, 0.7);
    return List.of(
        ulp("Φ", gelu, 0, NormalDistribution::cumulative, new Bound(3.5, 1.0)),
        ulp("GELU", gelu, 1, Activations.GELU::value, new Bound(4.0, 1.0)),
        ulp("σ", silu, 0, Logistic::sigmoid, new Bound(2.0, 0.6)),
        ulp("SiLU", silu, 1, Activations.SILU::value, new Bound(2.0, 0.6)),
        ulp("GELU-tanh", "gelu-tanh", new Bound(2.0, 0.6)),
        ulp("QuickGELU", "quick-gelu", swish),
        ulp("Swish, β = 0.3", "swish-0.3", swish),
        ulp("Swish, β = 8", "swish-8", swish),
        ulp("Mish", "mish", new Bound(2.5, 0.7)));
  }

  @TestFactory
  List<DynamicTest> absoluteErrorOfDerivatives() throws Exception {
    List<Row> gelu = rows("gelu");
    List<Row> silu = rows("silu");
    return List.of(
        absolute("GELU′", gelu, 2, Activations.GELU::derivative, 2.0),
        absolute("GELU″", gelu, 3, Activations.GELU::secondDerivative, 2.0),
        absolute("SiLU′", silu, 2, Activations.SILU::derivative, 3.0),
        absolute("SiLU″", silu, 3, Activations.SILU::secondDerivative, 2.0),
        first("gelu-tanh", 2.5),
        second("gelu-tanh", 3.0),
        first("quick-gelu", 3.0),
        second("quick-gelu", 2.0 * 1.702),
        first("swish-0.3", 3.0),
        second("swish-0.3", 2.0 * 0.3),
        first("swish-8", 3.0),
        second("swish-8", 2.0 * 8),
        first("mish", 3.0),
        second("mish", 3.0));
  }

  private static DynamicTest ulp(String title, String name, Bound bound) throws Exception {
    return ulp(title, rows(name), 1, Activations.of(name)::value, bound);
  }

  private static DynamicTest first(String name, double bound) throws Exception {
    return absolute(name + "′", rows(name), 2, Activations.of(name)::derivative, bound);
  }

  private static DynamicTest second(String name, double bound) throws Exception {
    return absolute(name + "″", rows(name), 3, Activations.of(name)::secondDerivative, bound);
  }

  private static DynamicTest ulp(
      String name, List<Row> rows, int column, DoubleUnaryOperator f, Bound bound) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          double max = 0;
          double at = 0;
          double squares = 0;
          for (Row row : rows) {
            BigDecimal exact = row.values[column];
            double error =
                error(f.applyAsDouble(row.x), exact) / StrictMath.ulp(exact.doubleValue());
            squares += error * error;
            if (error > max) {
              max = error;
              at = row.x;
            }
          }
          double rms = StrictMath.sqrt(squares / rows.size());
          String found = name + ": max " + max + " ulp at " + at + ", RMS " + rms + " ulp";
          assertTrue(max <= bound.maxUlp && rms <= bound.rmsUlp, found);
        });
  }

  /** In units of 2⁻⁵³, half an ulp of 1, the largest size of the derivatives but for a tenth. */
  private static DynamicTest absolute(
      String name, List<Row> rows, int column, DoubleUnaryOperator f, double bound) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          double max = 0;
          double at = 0;
          for (Row row : rows) {
            double error = error(f.applyAsDouble(row.x), row.values[column]) * 0x1p53;
            if (error > max) {
              max = error;
              at = row.x;
            }
          }
          assertTrue(max <= bound, name + ": max " + max + "·2⁻⁵³ at " + at);
        });
  }

  private static double error(double found, BigDecimal exact) {
    return new BigDecimal(found).subtract(exact).abs().doubleValue();
  }

  private static List<Row> rows(String name) throws Exception {
    return lines(name)
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(","))
        .map(cells ->
            new Row(
                Double.parseDouble(cells[0]),
                List.of(cells).subList(1, cells.length).stream()
                    .map(BigDecimal::new)
                    .toArray(BigDecimal[]::new)))
        .toList();
  }

  private static Stream<String> lines(String name) throws Exception {
    try (var in = ReferenceTest.class.getResourceAsStream("/reference/" + name + ".csv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
    }
  }
}
