package invact.activation.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import invact.OneLine;
import java.nio.charset.StandardCharsets;

/** An expression is an activation, with all that one promises, or is refused with one line. */
class ActivationFuzzTest {
  /** f′ within 2⁻⁴⁰ of 0 counts as 0, and the check is at points; these are its own. */
  private static final double SLACK = 0x1p-39;

  @DictionaryEntries({
    "x*sigmoid(",
    "x*normcdf(",
    "x*tanh(softplus(",
    "x*erf(",
    "exp(-",
    "log(1+exp(",
    "max(",
    "min(",
    "abs(",
    "+1e-9",
    "*1e6",
    "/1e6",
    "(x-1e5)",
    "x^2",
    "x^3"
  })
  @FuzzTest
  void anExpressionIsAnActivationOrRefused(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    CustomActivation f;
    try {
      f = CustomActivation.of("mine", text);
    } catch (IllegalArgumentException e) {
      OneLine.require(e.getMessage());
      return;
    }
    double argmin = f.argmin();
    assertTrue(Double.isFinite(argmin) && f.minimum() < 0, text);
    assertEquals(f.minimum(), f.value(argmin), text);
    for (int i = -1024; i <= 1024; i++) {
      double x = i / 32.0;
      double slope = f.derivative(x);
      assertTrue(Double.isFinite(f.value(x)), () -> text + " at " + x);
      assertTrue(x < argmin ? slope <= SLACK : slope >= -SLACK, () -> text + " at " + x);
    }
    for (double x : new double[] {1e10, 1e38, 3e38, 1e300, Double.MAX_VALUE}) {
      assertEquals(1.0, f.derivative(x), SLACK, text);
      assertEquals(0.0, f.derivative(-x), SLACK, text);
      assertTrue(!Double.isNaN(f.value(x)) && !Double.isNaN(f.value(-x)), text);
    }
    assertTrue(Double.isNaN(f.value(Double.NaN)), text);
  }
}
