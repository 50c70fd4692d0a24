package invact.activation.internal.expression;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import invact.OneLine;
import java.nio.charset.StandardCharsets;

/** Any text is an expression, or is refused with one line. */
class ExpressionFuzzTest {
  private static final double[] INPUTS = {-1e300, -0.0, 0.75, 800};

  @DictionaryEntries({
    "abs(", "atan(", "cos(", "cosh(", "erf(", "exp(", "expm1(", "log(", "log1p(", "max(", "min(",
    "normcdf(", "sigmoid(", "sin(", "sinh(", "softplus(", "sqrt(", "tanh(", "pi", "e", "1e-9", "x^2"
  })
  @FuzzTest
  void aTextIsReadOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Expression expression;
    try {
      expression = Expression.parse(text);
    } catch (IllegalArgumentException e) {
      OneLine.require(e.getMessage());
      return;
    }
    assertEquals(text, expression.text());
    Expression inParentheses = text.length() < 998 ? Expression.parse("(" + text + ")") : null;
    for (double x : INPUTS) {
      Jet jet = expression.apply(Jet.variable(x));
      // The value is the same with and without derivatives. For assertEquals NaN equals NaN.
      assertEquals(jet.value(), expression.apply(Jet.constant(x)).value());
      if (inParentheses != null) {
        assertEquals(jet, inParentheses.apply(Jet.variable(x)));
      }
    }
  }
}
