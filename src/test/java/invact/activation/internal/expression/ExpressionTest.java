package invact.activation.internal.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {
  private static final long SEED = 31;

  private static Jet at(String text, double x) {
    return Expression.parse(text).apply(Jet.variable(x));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 + 2*3 | 7",
        "2*3 - 4/2 | 4",
        "7 - 2 - 1 | 4",
        "8/4/2 | 1",
        "-x^2 | -9",
        "(-x)^2 | 9",
        "2^3^2 | 512",
        "2^-1 | 0.5",
        "-2*-3 | 6",
        "--x | 3",
        "+x | 3",
        "(1 + x)*2 | 8",
        "max(x, 5) - min(x, 5) | 2",
        ".5 + 1.5e1 + 1E-1 | 15.6",
        "2*e | 5.43656365691809",
        "pi | 3.141592653589793",
        "sqrt(x + 1) | 2",
        "x^0 + x^1 | 4",
        "abs(-x) | 3",
      })
  void grammar(String text, double expected) {
    assertEquals(expected, at(text, 3).value(), 1e-15 * expected * expected + 1e-15);
  }

  /**
   * f′ and f″ against central differences of f and f′: their error is about h²/6 times the third
   * derivative plus 2⁻⁵³/h, h = 1e-5, 1e-10 with derivatives of up to some units.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "abs(x)*x",
        "atan(x)",
        "cos(x)",
        "cosh(x/4)",
        "erf(x)",
        "exp(x/3)",
        "expm1(x/3)",
        "log(x + 6)",
        "log1p(x + 5)",
        "normcdf(x)",
        "sigmoid(2*x)",
        "sin(x)",
        "sinh(x/4)",
        "softplus(x)",
        "sqrt(x + 6)",
        "tanh(x)",
        "max(x, 2*x - 9)",
        "min(x, x^2 + 1)",
        "x^3/50",
        "(x + 6)^2^0.5/9",
        "(x + 6)^-1.5",
        "2^x/32",
        "(x + 7)^(x/5)/40",
        "x/(1 + x^2)",
        "x*tanh(log(1 + exp(x)))",
        "-x - 3*x",
      })
  void derivatives(String text) {
    SplittableRandom random = new SplittableRandom(SEED);
    double h = 1e-5;
    for (int i = 0; i < 200; i++) {
      double x = random.nextDouble(-4.5, 4.5);
      Jet jet = at(text, x);
      Jet before = at(text, x - h);
      Jet after = at(text, x + h);
      String where = text + " at " + x + ", seed " + SEED;
      assertEquals((after.value() - before.value()) / (2 * h), jet.first(), 1e-9, where);
      assertEquals((after.first() - before.first()) / (2 * h), jet.second(), 1e-9, where);
    }
  }

  @Test
  void whatIsNoNumberStaysSo() {
    for (String text : new String[] {"max(log(x), 1)", "max(1, log(x))", "min(1, log(x))"}) {
      assertTrue(Double.isNaN(at(text, -1).value()), text);
    }
    assertTrue(Double.isNaN(at("(x)^0.5", -1).value()));
    for (String text : new String[] {"log(x)", "log1p(x)", "max(2, log(x))", "x + log(-3)"}) {
      Jet jet = at(text, -2);
      assertTrue(Double.isNaN(jet.value()) && Double.isNaN(jet.first()), text + ": " + jet);
      assertTrue(Double.isNaN(jet.second()), text + ": " + jet);
    }
    assertTrue(!at("1/x", 0).isFinite());
    assertEquals(0, at("x^2", 0).value());
    assertEquals(new Jet(0, 0, 2), at("x^2", 0));
    assertEquals(new Jet(0, 1, 0), at("x^1", 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | character 1: it ends",
        "x + | character 4: it ends",
        "x*(1 + x | character 9: it ends where ')'",
        "x) | character 2: there is ')'",
        "2x | character 2: there is 'x' where an operator",
        "x x | character 3: there is 'x' where an operator",
        "x ** 2 | character 4: there is '*' where a number",
        "relu(x) | character 1: 'relu' is unknown: known are x, pi, e, abs",
        "1 + y | character 5: 'y' is unknown",
        "exp x | character 5: there is 'x' where '('",
        "exp(x, 1) | character 6: there is ',' where ')'",
        "max(x) | character 6: there is ')' where ','",
        ". | character 1: '.' is not a finite number",
        "1e999 | character 1: '1e999' is not a finite number",
        "1e | character 2: there is 'e'",
        "x·2 | character 2: there is '·'",
      })
  void whatCannotBeReadIsToldWithItsPlace(String text, String complaint) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Expression.parse(text)).getMessage();
    assertTrue(message.contains(complaint), message);
    assertEquals(1, message.lines().count(), message);
  }

  /** What is no character of the language is named, and ends no text. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x\\0 | expression 'x\\u0000', character 2: there is '\\u0000' where an operator should be",
        "x\\0) | expression 'x\\u0000)', character 2: there is '\\u0000' where an operator should"
            + " be",
        "(x\\0 | expression '(x\\u0000', character 3: there is '\\u0000' where ')' should be",
        "x +\\n | expression 'x +\\u000a', character 4: there is '\\u000a' where a number, x or a"
            + " function should be",
        "\\e[31mx | expression '\\u001b[31mx', character 1: there is '\\u001b' where a number, x or"
            + " a function should be",
      })
  void controlCharactersAreRefusedInOneLine(String text, String message) {
    String raw = text.replace("\\0", "\0").replace("\\n", "\n").replace("\\e", "\033");
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> Expression.parse(raw)).getMessage());
  }

  /** The reason is behind the text, and lines are cut at 1000 characters. */
  @Test
  void aLongTextIsQuotedWhereItIsWrong() {
    String text = "x" + "+x".repeat(450) + "+y" + "+x".repeat(40);
    String message =
        assertThrows(IllegalArgumentException.class, () -> Expression.parse(text)).getMessage();
    assertTrue(message.startsWith("expression '…x+x+") && message.contains("x+y+x"), message);
    assertTrue(message.contains("…', character 903: 'y' is unknown"), message);
    assertTrue(message.length() < 350, message);
  }

  /** The deepest text is no deeper than the stack. */
  @Test
  void longTexts() {
    assertEquals(3, at("(".repeat(499) + "x" + ")".repeat(499), 3).value());
    assertEquals(3, at("-".repeat(998) + "x", 3).value());
    assertThrows(IllegalArgumentException.class, () -> Expression.parse("x" + "+x".repeat(500)));
  }

  /** A jet's value is what StrictMath.pow gives, whatever its derivatives: −0 to a first power. */
  @Test
  void aPowerOfZeroKeepsItsSign() {
    assertEquals(-0.0, Jet.constant(-0.0).power(Jet.variable(1)).value());
    assertEquals(0.0, Jet.constant(-0.0).power(Jet.variable(2)).value());
    assertEquals(-0.0, at("x^(-+( x)/0)^x", -0.0).value());
  }
}
