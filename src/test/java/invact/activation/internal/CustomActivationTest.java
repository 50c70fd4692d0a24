package invact.activation.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.internal.expression.Jet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CustomActivationTest {
  /**
   * Built-in functions given as text: T within the few ulp that f′ resolves, f and f′ within a few
   * roundings of numbers of the size of x.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gelu | x*normcdf(x)",
        "gelu | 0.5*x*(1 + erf(x/sqrt(2)))",
        "silu | x*sigmoid(x)",
        "silu | x/(1 + exp(-x))",
        "gelu-tanh | 0.5*x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))",
        "quick-gelu | x*sigmoid(1.702*x)",
        "mish | x*tanh(softplus(x))",
        "mish | x*tanh(log(1 + exp(x)))",
        "swish-8 | x*sigmoid(8*x)",
        "swish-0.3 | x*sigmoid(0.3*x)",
      })
  void agreesWithTheBuiltIn(String name, String expression) {
    Activation builtIn = Activations.of(name);
    Activation custom = CustomActivation.of("mine", expression);
    assertEquals(builtIn.argmin(), custom.argmin(), 4 * StrictMath.ulp(builtIn.argmin()));
    assertEquals(builtIn.minimum(), custom.minimum(), 4 * StrictMath.ulp(builtIn.minimum()));
    for (double x = -50; x <= 50; x += 0x1p-6) {
      double roundings = 8 * 0x1p-53 * (1 + StrictMath.abs(x));
      assertEquals(builtIn.value(x), custom.value(x), roundings, "f at " + x);
      assertEquals(builtIn.derivative(x), custom.derivative(x), roundings, "f′ at " + x);
      assertEquals(
          builtIn.secondDerivative(x), custom.secondDerivative(x), 10 * roundings, "f″ at " + x);
    }
    assertEquals(-0.0, custom.value(Double.NEGATIVE_INFINITY));
    assertEquals(Double.POSITIVE_INFINITY, custom.value(Double.POSITIVE_INFINITY));
    assertEquals(0.0, custom.derivative(Double.NEGATIVE_INFINITY));
    assertEquals(1.0, custom.derivative(Double.POSITIVE_INFINITY));
    assertEquals(0.0, custom.secondDerivative(Double.POSITIVE_INFINITY));
    assertTrue(Double.isNaN(custom.value(Double.NaN)));
    assertTrue(Double.isNaN(custom.derivative(Double.NaN)));
    for (double huge : new double[] {700, 720, 1e4, 1e20, 3.4e38, 1e300}) {
      assertEquals(huge, custom.value(huge));
      assertEquals(1.0, custom.derivative(huge));
      assertEquals(0.0, custom.value(-huge), 1e-80);
      assertEquals(0.0, custom.derivative(-huge), 1e-80);
    }
  }

  @Test
  void javaCodeIsAsGoodAsText() {
    UnaryOperator<Jet> mish = x -> x.times(x.softplus().tanh());
    CustomActivation code = CustomActivation.of("my_mish", mish);
    CustomActivation text = CustomActivation.of("my_mish", "x*tanh(softplus(x))");
    assertEquals(text.argmin(), code.argmin());
    assertEquals(text.minimum(), code.minimum());
    assertEquals(text.value(-1.5), code.value(-1.5));
    assertEquals("x*tanh(softplus(x))", text.expression().orElseThrow());
    assertTrue(code.expression().isEmpty());
    assertNotEquals(text, code);
    assertEquals(code, CustomActivation.of("my_mish", mish));
    assertEquals(text, CustomActivation.of("my_mish", "x*tanh(softplus(x))"));
    assertNotEquals(text, CustomActivation.of("my_mish", "x*tanh(softplus( x))"));
    assertNotEquals(text, CustomActivation.of("other", "x*tanh(softplus(x))"));
  }

  /** Not only sums of σ: tails that fall off slowly, at once, or away from the origin. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x*min(max(x + 3, 0), 6)/6 | -1.5 | -0.375",
        "x*(1 + x/sqrt(1 + x^2))/2 | -0.7861513777574233 | -0.15014155300038889",
        "x*exp(-exp(-x)) | -0.5671432904097838 | -0.0972601312276394",
        "(x - 3)*sigmoid(x - 3) + 0 | 1.7215354572389262 | -0.27846454276107380",
        "x*erf(softplus(x)) | -1.19305996892819 | -0.348437458759606",
        "(x - 1e5)*sigmoid(x - 1e5) | 99998.721535457238926 | -0.27846454276107380",
        "(x + 1e5)*sigmoid(x + 1e5) | -100001.27846454276107 | -0.27846454276107380",
        "(x - 1e3)*sigmoid(50*(x - 1e3)) | 999.97443070914477852 | -0.0055692908552214759",
        "(x - 1e7)*normcdf(x - 1e7) | 9999999.2482084753064355 | -0.16997120747990366",
        "x*sigmoid(1000*x) | -0.0012784645427610738 | -0.00027846454276107380",
      })
  void otherShapes(String expression, double argmin, double minimum) {
    Activation f = CustomActivation.of("mine", expression);
    // Digits of SERF's row are 15, and half an ulp of x moves f far from 0 by f″·ulp².
    double digits = 0.5e-14;
    assertEquals(argmin, f.argmin(), StrictMath.max(digits, 8 * StrictMath.ulp(argmin)));
    assertEquals(minimum, f.minimum(), StrictMath.max(0.5e-15, 8 * StrictMath.ulp(minimum)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x | no f′ → 0 at −∞: f′ = 1.0",
        "x^2 | no f′ → 0 at −∞",
        "max(x, 0) | never falls",
        "softplus(x) | never falls",
        "2*x*sigmoid(x) | no f′ → 1 at +∞: f′ = 2.0",
        "-x*sigmoid(x) | no f′ → 1 at +∞: f′ = -1.0",
        "x*sigmoid(x) + 1 | does not tend to 0 at −∞: it is 1.0",
        "x*sigmoid(x) + sin(x)*exp(-x^2/50) | exactly one minimum",
        "x*sigmoid(x) + 2*exp(-(x - 3)^2) | changes sign 3 times, near x = ",
        "softplus(x) + 0.5*exp(-(x + 4)^2) | exactly one minimum",
        "max(x, -exp(x)) | corner at its minimum, x = -0.5671",
        "-exp(-x^4) + max(x, 0)^4/(1 + max(x, 0)^3) | too flat a minimum",
        "1/x | not finite, or has no derivative, at x = 0",
        "log(x) | not finite, or has no derivative, at x = 0",
        "x*sigmoid(x) + 1/(x - 1) | not finite, or has no derivative, at x = 1.0",
        "x*exp(1000*x) | not finite",
      })
  void whatIsNoActivationIsRefusedWithTheReason(String expression, String reason) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> CustomActivation.of("my_f", expression))
            .getMessage();
    assertTrue(message.startsWith("my_f ") && message.contains(reason), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void aNameThatIsNoneIsToldInOneLine() {
    assertEquals(
        "'a\\u000ab\\u001b' is no name for an activation: begin with a letter, use a-z, 0-9, '-'"
            + " and '_'",
        assertThrows(
                IllegalArgumentException.class,
                () -> CustomActivation.of("a\nb\u001b", "x*sigmoid(x)"))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gelu | names an activation that invact knows",
        "mish | names an activation that invact knows",
        "swish-1 | names an activation that invact knows",
        "My_mish | is no name",
        "../mish | is no name",
        "9mish | is no name",
      })
  void namesAreOnesOwn(String name, String complaint) {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> CustomActivation.of(name, "x*sigmoid(x)"))
            .getMessage();
    assertTrue(message.contains(complaint), message);
  }
}
