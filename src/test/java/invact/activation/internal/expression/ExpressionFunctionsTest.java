package invact.activation.internal.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every function of the language keeps the relative precision of its value and derivatives, where
 * these are small too; reference/functions.py computes the references with 60 digits.
 */
class ExpressionFunctionsTest {
  /** In ulp of the result; a result below the normal numbers has an ulp of 2⁻¹⁰⁷⁴ itself. */
  private static final double LARGEST_ERROR = 5;

  private record Point(String text, double x, double[] expected) {}

  private static List<Point> points() {
    try (var in =
        Objects.requireNonNull(
            ExpressionFunctionsTest.class.getResourceAsStream("/reference/functions.csv"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(";"))
          .map(row ->
              new Point(
                  row[0],
                  Double.parseDouble(row[1]),
                  Arrays.stream(row, 2, 5).mapToDouble(Double::parseDouble).toArray()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<String> texts() {
    return points().stream().map(Point::text).distinct();
  }

  @ParameterizedTest
  @MethodSource("texts")
  void relativePrecisionIsKept(String text) {
    Expression expression = Expression.parse(text);
    TreeMap<Double, String> worst = new TreeMap<>();
    for (Point point : points()) {
      if (point.text.equals(text)) {
        Jet jet = expression.apply(Jet.variable(point.x));
        double[] found = {jet.value(), jet.first(), jet.second()};
        for (int k = 0; k < 3; k++) {
          double expected = point.expected[k];
          double error = StrictMath.abs(found[k] - expected) / StrictMath.ulp(expected);
          worst.put(
              error, "derivative %d at %s: %s, not %s".formatted(k, point.x, found[k], expected));
        }
      }
    }
    assertTrue(worst.lastKey() <= LARGEST_ERROR, () -> text + ": " + worst.lastEntry());
  }

  @ParameterizedTest
  @EnumSource(Function.class)
  void everyFunctionIsCompared(Function function) {
    assertTrue(texts().anyMatch(text -> text.startsWith(function.label() + "(")), function.label());
  }

  @Test
  void oddFunctionsAreZeroAtZero() {
    for (String name : new String[] {"atan", "erf", "expm1", "log1p", "sin", "sinh", "tanh"}) {
      for (double zero : new double[] {0.0, -0.0}) {
        Jet jet = Expression.parse(name + "(x)").apply(Jet.variable(zero));
        assertEquals(zero, jet.value(), name);
      }
    }
  }

  @Test
  void errorFunctionAtItsEnds() {
    for (double x : new double[] {6, 27, 1e200, Double.POSITIVE_INFINITY}) {
      assertEquals(1.0, Expression.parse("erf(x)").apply(Jet.variable(x)).value());
      assertEquals(-1.0, Expression.parse("erf(x)").apply(Jet.variable(-x)).value());
    }
    assertTrue(Double.isNaN(Expression.parse("erf(x)").apply(Jet.variable(Double.NaN)).value()));
  }

  /** Lists of the functions that people read, which no code can make from the table. */
  @Test
  void helpAndSchemaListTheFunctionsOfTheTable() throws IOException {
    for (String place : new String[] {"/invact/coefficient-set.schema.json"}) {
      String text =
          new String(
              Objects.requireNonNull(ExpressionFunctionsTest.class.getResourceAsStream(place))
                  .readAllBytes(),
              StandardCharsets.UTF_8);
      for (Function function : Function.values()) {
        assertTrue(text.matches("(?s).*\\b" + function.label() + "\\b.*"), function.label());
      }
    }
  }
}
