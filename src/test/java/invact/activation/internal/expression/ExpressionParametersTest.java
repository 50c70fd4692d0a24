package invact.activation.internal.expression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions of x and parameters, and their derivatives by the parameters. */
class ExpressionParametersTest {
  private static final double X = 0.8;

  /** Of a, b, c, as far as there are. */
  private static final double[] VALUES = {1.3, 0.7, -0.4};

  private static double[] gradient(Expression expression, double x, double... values) {
    int[] free = new int[values.length];
    for (int j = 0; j < free.length; j++) {
      free[j] = j;
    }
    double[] gradient = new double[values.length];
    expression.gradient(x, values, free, gradient);
    return gradient;
  }

  @Test
  void parametersStandInOrderOfOccurrence() {
    Expression expression = Expression.withParameters("b_1*exp(-k2*x) + b_1*pi + Amp*e");
    assertEquals(List.of("b_1", "k2", "Amp"), expression.parameters());
    assertEquals(List.of(), Expression.parse("x*pi").parameters());
  }

  @Test
  void derivativesInClosedForm() {
    Expression expression = Expression.withParameters("a*x^b + c");
    double power = StrictMath.pow(2, 0.7);
    assertArrayEquals(
        new double[] {power, 1.3 * power * StrictMath.log(2), 1},
        gradient(expression, 2, VALUES),
        1e-15);
    assertEquals(1.3 * power - 0.4, expression.value(2, VALUES), 1e-15);
  }

  /** A power of 0 stays 0 when its exponent changes. */
  @Test
  void powersOfZeroDoNotDependOnTheExponent() {
    assertArrayEquals(
        new double[] {0, 0}, gradient(Expression.withParameters("a*x^b"), 0, 1.3, 0.7));
  }

  /** An infinite derivative of an operand that depends on no parameter does not matter. */
  @Test
  void rootsAtZeroAreNoObstacle() {
    assertArrayEquals(
        new double[] {0, 1}, gradient(Expression.withParameters("a*sqrt(x)+b"), 0, 1.3, 0.7));
  }

  @Test
  void onlyFreeParametersHaveDerivatives() {
    double[] gradient = new double[1];
    double value =
        Expression.withParameters("a*x^2 + b*x + c")
            .gradient(3, new double[] {1, 2, 3}, new int[] {1}, gradient);
    assertEquals(18, value);
    assertEquals(3, gradient[0]);
  }

  /**
   * Against central differences of order four, whose error with h = 1e-3 is h⁴/30 times the fifth
   * derivative, of up to some hundred here, and 2⁻⁵³/h: 1e-11 together.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a*exp(-b*x)+c",
        "a/(1+exp(-b*(x-c)))",
        "a*exp(-(x-b)^2/(2*c^2))",
        "a*sin(b*x+c)-cos(a*x)*tanh(b)",
        "(a+b*x)/(1+c*x+a*b*x^2)",
        "(a+x)^(-1/b)+c",
        "a^x*b^(x+a)",
        "atan(a/(x-b))/pi+erf(c*x)",
        "sqrt(a^2+b^2)*log(a+b*x)-log1p(b*x)",
        "cosh(a*b)*sinh(c)*expm1(a*x)",
        "max(a*x,b)+min(a*x,b)*abs(c)",
        "sigmoid(a*x+c)*softplus(b*x)*normcdf(a-b)",
      })
  void derivativesAgainstDifferences(String text) {
    Expression expression = Expression.withParameters(text);
    double[] values = new double[expression.parameters().size()];
    for (int j = 0; j < values.length; j++) {
      values[j] = VALUES[expression.parameters().get(j).charAt(0) - 'a'];
    }
    double[] gradient = gradient(expression, X, values);
    double h = 1e-3;
    for (int j = 0; j < values.length; j++) {
      double difference =
          (8 * (shifted(expression, values, j, h) - shifted(expression, values, j, -h))
                  - (shifted(expression, values, j, 2 * h)
                      - shifted(expression, values, j, -2 * h)))
              / (12 * h);
      assertEquals(difference, gradient[j], 1e-10, expression.parameters().get(j));
    }
  }

  private static double shifted(Expression expression, double[] values, int j, double h) {
    double[] shifted = values.clone();
    shifted[j] += h;
    return expression.value(X, shifted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a*foo(x) | character 3: 'foo' is unknown",
        "a*exp | character 6: it ends where '(' should be",
        "a*x**2 | character 5: there is '*' where a number, x or a function (a power is written ^)",
        "2a | character 2: there is 'a' where an operator",
        "_a*x | character 1: there is '_'",
      })
  void mistakes(String text, String complaint) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Expression.withParameters(text))
            .getMessage();
    assertTrue(message.contains(complaint), message);
  }

  @Test
  void aFunctionOfXHasNoParameters() {
    assertThrows(IllegalArgumentException.class, () -> Expression.parse("a*x"));
    Expression expression = Expression.withParameters("a*x");
    assertThrows(IllegalStateException.class, () -> expression.apply(Jet.variable(1)));
  }
}
