package invact.activation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationTest {
  private static final long SEED = 11;

  static List<Activation> activations() {
    List<Activation> activations = new ArrayList<>(Activations.all());
    activations.add(Activations.swish(0.3));
    activations.add(Activations.swish(8));
    return activations;
  }

  /** f′ changes sign between T's neighbours, four ulp apart: f′ has an error of 3·2⁻⁵³ itself. */
  @ParameterizedTest
  @MethodSource("activations")
  void argminIsWhereTheDerivativeChangesSign(Activation f) {
    double reach = 4 * StrictMath.ulp(f.argmin());
    assertTrue(f.derivative(f.argmin() - reach) < 0);
    assertTrue(f.derivative(f.argmin() + reach) > 0);
    assertEquals(f.minimum(), f.value(f.argmin()), 2 * StrictMath.ulp(f.minimum()));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void specialValues(Activation f) {
    assertEquals(-0.0, f.value(Double.NEGATIVE_INFINITY));
    assertEquals(Double.POSITIVE_INFINITY, f.value(Double.POSITIVE_INFINITY));
    assertEquals(-0.0, f.value(-0.0));
    assertEquals(0.0, f.value(0.0));
    assertEquals(0.0, f.derivative(Double.NEGATIVE_INFINITY));
    assertEquals(1.0, f.derivative(Double.POSITIVE_INFINITY));
    assertEquals(0.0, f.secondDerivative(Double.NEGATIVE_INFINITY));
    assertEquals(0.0, f.secondDerivative(Double.POSITIVE_INFINITY));
    // Adding 0 makes a −0, which underflow leaves, a 0.
    for (double huge : new double[] {1e300, -1e300, 1e155, -1e155}) {
      assertEquals(StrictMath.max(huge, 0.0), f.value(huge) + 0.0);
      assertEquals(huge > 0 ? 1.0 : 0.0, f.derivative(huge) + 0.0);
      assertEquals(0.0, f.secondDerivative(huge) + 0.0);
    }
    assertTrue(Double.isNaN(f.value(Double.NaN)));
    assertTrue(Double.isNaN(f.derivative(Double.NaN)));
    assertTrue(Double.isNaN(f.secondDerivative(Double.NaN)));
    assertTrue(Double.isNaN(f.height(Double.NaN)));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void indicatorBorderBelongsToTheRight(Activation f) {
    assertEquals(Branch.RIGHT, f.branch(f.argmin()));
    assertEquals(Branch.LEFT, f.branch(StrictMath.nextDown(f.argmin())));
    assertEquals(Branch.LEFT, f.branch(Double.NaN));
  }

  /**
   * f(f⁻¹(y)) = y to 8 ulp of y plus 2 of f(T): f has up to 4 ulp of error on either way, and near
   * T the rounding of u = y − f(T) is all that an x can resolve.
   */
  @ParameterizedTest
  @MethodSource("activations")
  void inverseIsUndoneByTheFunction(Activation f) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 3_000; i++) {
      double distance = StrictMath.pow(10, random.nextDouble(-7, 1.5));
      for (Branch branch : Branch.values()) {
        double y = f.value(f.argmin() + branch.sign() * distance);
        double x = f.inverse(y, branch);
        double tolerance = 8 * StrictMath.ulp(y) + 2 * StrictMath.ulp(f.minimum());
        assertEquals(y, f.value(x), tolerance, branch + " at T ± " + distance + ", seed " + SEED);
        assertTrue(branch.sign() * (x - f.argmin()) >= 0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("activations")
  void inverseAtTheEnds(Activation f) {
    for (Branch branch : Branch.values()) {
      assertEquals(f.argmin(), f.inverse(f.minimum(), branch));
      assertEquals(f.argmin(), f.inverse(f.minimum() - 1e-3, branch));
    }
    assertEquals(Double.NEGATIVE_INFINITY, f.inverse(-0.0, Branch.LEFT));
    assertEquals(Double.POSITIVE_INFINITY, f.inverse(Double.POSITIVE_INFINITY, Branch.RIGHT));
    assertEquals(0.0, f.inverse(0.0, Branch.RIGHT), 1e-300);
    assertThrows(IllegalArgumentException.class, () -> f.inverse(0.1, Branch.LEFT));
    assertThrows(IllegalArgumentException.class, () -> f.inverse(Double.NaN, Branch.RIGHT));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void fallsThenRises(Activation f) {
    double t = f.argmin();
    for (int i = 1; i <= 20_000; i++) {
      double near = (i - 1) * 0x1p-10;
      double far = i * 0x1p-10;
      assertTrue(f.value(t + near) < f.value(t + far), "right at " + far);
      assertTrue(f.value(t - near) < f.value(t - far), "left at " + far);
    }
  }

  /** Each has its own name, and no two are the same function. */
  @Test
  void variantsAreNotOneAnother() {
    List<Activation> activations = activations();
    for (Activation one : activations) {
      assertEquals(one, Activations.of(one.name()));
      for (Activation other : activations) {
        if (one != other) {
          assertTrue(!one.name().equals(other.name()) && !one.equals(other), one.name());
          assertTrue(StrictMath.abs(one.minimum() - other.minimum()) > 6e-5, one.name());
        }
      }
    }
  }

  /** What the Javadoc of {@link GeluTanh} says: 4.73e-4, rounded up. */
  @Test
  void geluTanhIsNearGelu() {
    double largest = 0;
    for (double x = -6; x <= 6; x += 0x1p-10) {
      double difference = Activations.GELU_TANH.value(x) - Activations.GELU.value(x);
      largest = StrictMath.max(largest, StrictMath.abs(difference));
    }
    assertEquals(4.73e-4, largest, 1e-6);
  }

  @Test
  void swishIsSiluInAnotherScale() {
    for (double slope : new double[] {0.01, 0.3, 1.5, 2, 3.7, 8, 100}) {
      Activation swish = Activations.swish(slope);
      assertEquals(swish, Activations.of(swish.name()), swish.name());
      assertEquals(
          Activations.SILU.argmin() / slope, swish.argmin(), StrictMath.ulp(swish.argmin()));
      for (double x = -10; x <= 10; x += 0.25) {
        double silu = Activations.SILU.value(x) / slope;
        // The two round x/β in different places: |x|/2 ulp and the errors of both functions.
        assertEquals(silu, swish.value(x / slope), 12 * StrictMath.ulp(silu));
      }
    }
    assertEquals("swish-1.5", Activations.swish(1.5).name());
    assertEquals("swish-2", Activations.swish(2).name());
    assertEquals("swish-0.1", Activations.swish(0.1).name());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "swish-1 | is silu",
        "swish-1.0 | is silu",
        "swish-1.702 | is quick-gelu",
        "swish-1.50 | is written 'swish-1.5'",
        "swish-02 | is written 'swish-2'",
        "swish-0 | is not from 0.01 to 100",
        "swish-1000 | is not from 0.01 to 100",
        "swish- | write swish-B",
        "swish-1e1 | write swish-B",
        "swish--2 | write swish-B",
        "swish-NaN | write swish-B",
        "swish | unknown activation 'swish': known are gelu, silu, gelu-tanh",
      })
  void oneFunctionHasOneName(String name, String complaint) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Activations.of(name)).getMessage();
    assertTrue(message.contains(complaint), message);
  }

  /** f′ = σ + y(1 − σ), where y up to 20 magnifies σ's error of up to 2 ulp. */
  @Test
  void sigmoidTargetGivesTheDerivative() {
    Activation silu = Activations.SILU;
    for (double x = -20; x <= 20; x += 0.0625) {
      double sigma = Target.SIGMOID.value(silu, x);
      double derivative = Target.SIGMOID.derivative(sigma, silu.value(x));
      assertEquals(silu.derivative(x), derivative, 40 * 0x1p-53, "x = " + x);
    }
    assertEquals(1.0, Target.SIGMOID.derivative(1.0, 1e30));
  }

  @Test
  void unknownNamesAreAnsweredWithTheKnown() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Activations.of("relu")).getMessage();
    assertTrue(message.contains("'relu'") && message.contains("gelu, silu"), message);
    message = assertThrows(IllegalArgumentException.class, () -> Target.of("tanh")).getMessage();
    assertTrue(message.contains("'tanh'") && message.contains("sigmoid"), message);
  }
}
