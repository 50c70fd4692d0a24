package invact.fit.internal.rounding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.fit.FitException;
import invact.fit.internal.minimax.Curve;
import invact.fit.internal.minimax.InvertedDerivative;
import invact.fit.internal.minimax.MinimaxFit;
import invact.fit.internal.minimax.MinimaxFitter;
import invact.form.internal.Form;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import invact.numeric.Dtype;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CoefficientRoundingTest {
  /** GELU's right branch, x from T to 3. */
  private static final Curve CURVE =
      InvertedDerivative.of(Activations.GELU, Branch.RIGHT, Target.DERIVATIVE)
          .between(Activations.GELU.argmin(), 3);

  private static final Form SEXTIC = new RootPolynomial(6);
  private static final MinimaxFit FIT = new MinimaxFitter().fit(SEXTIC, CURVE);
  private static final ErrorSamples LATTICE = ErrorSamples.of(CURVE, 200);
  private static final ErrorSamples DENSE = ErrorSamples.of(CURVE, 4096);

  private static CoefficientRounding.Rounded rounded(Dtype dtype) {
    return new CoefficientRounding(dtype)
        .round(SEXTIC, FIT.coefficients(), LATTICE, c -> DENSE.largest(SEXTIC, c));
  }

  /**
   * The known task: a polynomial of degree 6 with coefficients in half precision. Plain rounding
   * gives 4.66e-3, the best lattice-based result known 1.567e-3; nothing is below the levelled
   * error of the minimax fit, 1.546e-3, whatever the dtype.
   */
  @Test
  void halfPrecisionReachesTheBestKnown() {
    CoefficientRounding.Rounded rounded = rounded(Dtype.FP16);
    assertEquals(4.66e-3, rounded.plainMeasure(), 0.005e-3);
    double largest = 0;
    // Another grid than that of the search: uniform in x.
    for (int i = 0; i <= 20_000; i++) {
      double x = CURVE.low() + (CURVE.high() - CURVE.low()) * i / 20_000;
      double q = SEXTIC.value(CURVE.height().applyAsDouble(x), rounded.coefficients());
      largest = Math.max(largest, Math.abs(q - Activations.GELU.derivative(x)));
    }
    assertTrue(largest <= 1.567e-3, "largest error " + largest);
    assertTrue(largest >= FIT.levelledError(), "below the least possible: " + largest);
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"FP32", "BF16", "FP16"})
  void coefficientsAreNumbersOfTheFormatAndNoWorseThanPlain(Dtype dtype) {
    CoefficientRounding.Rounded rounded = rounded(dtype);
    for (double c : rounded.coefficients()) {
      assertEquals(dtype.round(c), c);
    }
    assertTrue(rounded.measure() <= rounded.plainMeasure());
    assertTrue(rounded.measure() >= FIT.levelledError());
    assertEquals(rounded.measure(), DENSE.largest(SEXTIC, rounded.coefficients()));
  }

  /** A rational is linear in small changes of its coefficients, such as roundings to fp32. */
  @Test
  void rationalsAreRoundedForTheArithmeticOfUse() {
    double cutoff = 5.25;
    RootRational form =
        new RootRational(7, 7, InvertedDerivative.rightCentre(Activations.GELU, cutoff), cutoff);
    Curve curve = InvertedDerivative.upTo(Activations.GELU, Target.DERIVATIVE, cutoff);
    double[] exact = new MinimaxFitter().fit(form, curve).coefficients();
    ErrorSamples dense = ErrorSamples.of(curve, 2048);
    CoefficientRounding.Rounded rounded =
        new CoefficientRounding(Dtype.FP32)
            .round(form, exact, ErrorSamples.of(curve, 200), c -> dense.largestInSingle(form, c));
    assertTrue(rounded.measure() < rounded.plainMeasure());
    // Exact coefficients and arithmetic 3.0e-7, plainly rounded 5.0e-7, together 4.4e-7: an ulp of
    // fp32 above 1 is 1.2e-7.
    assertTrue(rounded.measure() < dense.largest(form, exact) + 0x1p-22, rounded.toString());
  }

  /** A coefficient without size has no exponent of its own. */
  @Test
  void aZeroIsACoefficientToo() {
    double[] coefficients = FIT.coefficients();
    coefficients[3] = 0;
    CoefficientRounding.Rounded rounded =
        new CoefficientRounding(Dtype.FP32)
            .round(SEXTIC, coefficients, LATTICE, c -> DENSE.largest(SEXTIC, c));
    assertTrue(rounded.measure() <= rounded.plainMeasure());
  }

  @Test
  void whatCannotBeRoundedIsRefused() {
    CoefficientRounding half = new CoefficientRounding(Dtype.FP16);
    FitException large =
        assertThrows(FitException.class, () -> half.plain(new double[] {1, 70_000}));
    assertEquals("coefficient 1 is too large for fp16: 70000.0", large.getMessage());
    ErrorSamples few = ErrorSamples.of(CURVE, 5);
    IllegalArgumentException samples =
        assertThrows(
            IllegalArgumentException.class,
            () -> half.round(SEXTIC, FIT.coefficients(), few, c -> few.largest(SEXTIC, c)));
    assertEquals("6 samples do not tell 7 coefficients apart", samples.getMessage());
  }
}
