package invact.fit.internal.minimax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.CustomActivation;
import invact.fit.FitException;
import invact.form.internal.Form;
import invact.form.internal.Forms;
import invact.form.internal.RootExponential;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Best approximants that exist are found, whatever the notation and the scale. */
class MinimaxExistsTest {
  private static MinimaxFit fit(Activation f, Branch branch, Target target, Form form) {
    return new MinimaxFitter().fit(form, InvertedDerivative.of(f, branch, target, form));
  }

  private static MinimaxFit fit(String activation, Branch branch, String name) {
    Activation f = Activations.of(activation);
    return fit(f, branch, Target.DERIVATIVE, Forms.of(name, -f.minimum()));
  }

  /** Levelled errors are lower bounds of what any such rational can reach, so they are the best. */
  @ParameterizedTest
  @CsvSource({
    "quick-gelu, LEFT, root-rational-5-5-about-0.41, 6.2611e-7",
    "quick-gelu, LEFT, root-rational-5-5-about-0.5, 6.2611e-7",
    "gelu, RIGHT, root-rational-5-6-about-1.0-cut-4.5, 8.5428e-5",
    "gelu, RIGHT, root-rational-5-6-cut-4.5, 8.5428e-5",
    "gelu, LEFT, root-rational-5-5-about-0.413, 4.5494671e-6",
    "gelu, LEFT, root-rational-5-5-about-0.45, 4.5494671e-6",
    "gelu, LEFT, root-rational-5-5-about-0.6, 4.5494671e-6",
    "gelu, LEFT, root-rational-5-5, 4.5494671e-6",
  })
  void aRationalIsFoundAboutAnyCentre(String f, Branch branch, String name, double error) {
    MinimaxFit fit = fit(f, branch, name);
    assertEquals(error, fit.levelledError(), 2e-5 * error);
    assertTrue(fit.largestError() < error * 1.001, "largest " + fit.largestError());
  }

  /** Far from the range doubles cannot hold the coefficients: said so, with both errors. */
  @Test
  void aCentreTooFarAwayIsRefusedForTheRightReason() {
    String message =
        assertThrows(
                FitException.class, () -> fit("gelu", Branch.LEFT, "root-rational-5-5-about-10.0"))
            .getMessage();
    assertTrue(message.contains("cannot be written about its centre"), message);
  }

  @Test
  void whatIsNotFoundIsNotSaidNotToExist() {
    String message =
        assertThrows(
                FitException.class,
                () -> fit("gelu", Branch.RIGHT, "root-rational-5-6-about-1.0-cut-4.375"))
            .getMessage();
    assertTrue(message.startsWith("no level ") && message.contains("was found"), message);
  }

  /** Upper bounds that other coefficients reach. */
  @ParameterizedTest
  @CsvSource({
    "gelu, LEFT, DERIVATIVE, root-gauss-6, 6.506e-4",
    "gelu, LEFT, DERIVATIVE, root-gauss-5, 7.907e-4",
    "gelu, LEFT, DERIVATIVE, root-exp-6, 4.072e-4",
    "silu, LEFT, DERIVATIVE, root-exp-6, 3.914e-5",
    "silu, RIGHT, SIGMOID, paper-right, 9.41076e-4",
  })
  void noVanishedExponentialPassesForTheBest(
      String activation, Branch branch, Target target, String name, double bound) {
    Activation f = Activations.of(activation);
    MinimaxFit fit = fit(f, branch, target, Forms.of(name, -f.minimum()));
    assertTrue(fit.largestError() <= bound, name + ": " + fit.largestError());
  }

  /** Swish is SiLU in units of 1/β: the same error, and coefficients in those units. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.05, 3, 8, 20, 70, 99})
  void swishIsSiluInAnotherScale(double slope) {
    Activation swish = Activations.swish(slope);
    double root = StrictMath.sqrt(slope);
    for (Branch branch : Branch.values()) {
      boolean isLeft = branch == Branch.LEFT;
      double centre = isLeft ? 0.52 : 2;
      double cutoff = isLeft ? Double.POSITIVE_INFINITY : 16;
      MinimaxFit silu =
          fit(Activations.SILU, branch, Target.DERIVATIVE, new RootRational(4, 5, centre, cutoff));
      MinimaxFit found =
          fit(
              swish,
              branch,
              Target.DERIVATIVE,
              new RootRational(4, 5, centre / root, cutoff / slope));
      assertEquals(silu.largestError(), found.largestError(), 1e-5 * silu.largestError());
    }
    for (RootExponential.Decay decay : RootExponential.Decay.values()) {
      Form form = new RootExponential(4, decay);
      double expected = fit(Activations.SILU, Branch.RIGHT, Target.DERIVATIVE, form).largestError();
      double error = fit(swish, Branch.RIGHT, Target.DERIVATIVE, form).largestError();
      assertEquals(expected, error, 1e-4 * expected, decay + " at " + slope);
    }
  }

  @Test
  void swish70HasTheErrorThatItSays() {
    MinimaxFit fit = fit("swish-70", Branch.LEFT, "root-rational-4-5-about-0.0622");
    assertEquals(1.0803e-6, fit.levelledError(), 1e-10);
    assertEquals(1.0803e-6, fit.largestError(), 1e-10);
  }

  /** A function of one's own too, far from 0 and sharp. */
  @Test
  void aShiftedSharpFunctionHasTheErrorOfItsScale() {
    Activation f = CustomActivation.of("mine", "(x - 3)*sigmoid(64*(x - 3))");
    MinimaxFit silu = fit(Activations.SILU, Branch.LEFT, Target.DERIVATIVE, new RootRational(3, 3));
    MinimaxFit found = fit(f, Branch.LEFT, Target.DERIVATIVE, new RootRational(3, 3));
    assertEquals(silu.largestError(), found.largestError(), 1e-5 * silu.largestError());
  }

  /** Curves that the form reproduces, constants and 0 among them, for every kind of form. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -2.5})
  void aReproducedCurveIsDegenerate(double value) {
    Curve curve = new Curve(0, 1, x -> x * x, x -> value);
    Form[] forms = {
      new RootPolynomial(2), new RootPolynomial(0), new RootRational(1, 1),
      new RootRational(2, 3), new SegmentedPolynomial(3, 2), new SegmentedPolynomial(1, 2)
    };
    for (Form form : forms) {
      String message =
          assertThrows(
                  FitException.class,
                  () -> new MinimaxFitter().fit(form, curve),
                  () -> form.name() + " of " + value)
              .getMessage();
      // Of a type too high the denominator may have any root.
      boolean isRefused = message.contains("degenerate") || form instanceof RootRational;
      assertTrue(isRefused, form.name() + ": " + message);
    }
  }

  @Test
  void anExponentialThatReproducesItsCurveIsDegenerate() {
    Curve one = new Curve(0, 2, x -> x * x, x -> 1);
    Form form = new RootExponential(2, RootExponential.Decay.EXPONENTIAL);
    String message =
        assertThrows(FitException.class, () -> new MinimaxFitter().fit(form, one)).getMessage();
    assertTrue(message.contains("degenerate"), message);
  }
}
