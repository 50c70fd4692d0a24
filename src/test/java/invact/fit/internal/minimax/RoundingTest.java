package invact.fit.internal.minimax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.form.internal.Form;
import invact.form.internal.RootPolynomial;
import invact.form.internal.RootRational;
import invact.form.internal.SegmentedPolynomial;
import org.junit.jupiter.api.Test;

/** What is left of a fit in fp32: coefficients and every operation rounded, fused multiply-adds. */
class RoundingTest {
  private static final int POINTS = 20_000;

  private interface Evaluator {
    float value(float root, float[] c);
  }

  /** The largest difference of the fp32 evaluation and the form in double, over the curve. */
  private static double noise(Form form, Curve curve, double[] coefficients, Evaluator evaluator) {
    float[] rounded = new float[coefficients.length];
    for (int j = 0; j < rounded.length; j++) {
      rounded[j] = (float) coefficients[j];
    }
    double largest = 0;
    for (int i = 0; i <= POINTS; i++) {
      double x = curve.low() + (curve.high() - curve.low()) * i / POINTS;
      float height = (float) curve.height().applyAsDouble(x);
      float root = (float) Math.sqrt(height);
      double exact = form.value(height, coefficients);
      largest = Math.max(largest, Math.abs(evaluator.value(root, rounded) - exact));
    }
    return largest;
  }

  private static float horner(float[] c, int first, int degree, float t) {
    float value = c[first + degree];
    for (int j = degree - 1; j >= 0; j--) {
      value = Math.fma(value, t, c[first + j]);
    }
    return value;
  }

  private static double rationalNoise(Activation f, int degree, double centre) {
    RootRational form = new RootRational(degree, degree, centre, Double.POSITIVE_INFINITY);
    Curve curve = InvertedDerivative.of(f, Branch.LEFT, Target.DERIVATIVE);
    double[] c = new MinimaxFitter().withTolerance(1e-3).fit(form, curve).coefficients();
    return noise(
        form,
        curve,
        c,
        (root, rounded) -> {
          float t = root - (float) centre;
          float denominator = Math.fma(horner(rounded, degree + 1, degree - 1, t), t, 1f);
          return horner(rounded, 0, degree, t) / denominator;
        });
  }

  @Test
  void centresAreThese() {
    assertEquals(0.412109375, InvertedDerivative.leftCentre(Activations.GELU));
    assertEquals(0.52734375, InvertedDerivative.leftCentre(Activations.SILU));
    assertEquals(1.125, InvertedDerivative.rightCentre(Activations.GELU, 5.25));
    assertEquals(2.0, InvertedDerivative.rightCentre(Activations.SILU, 15.125));
  }

  /** About 0 the same rational function loses five digits; measured 5.1e-2 and 4.7e-8. */
  @Test
  void leftRationalsBelongAboutTheFarEnd() {
    Activation gelu = Activations.GELU;
    assertTrue(rationalNoise(gelu, 5, 0.0) > 1e-2);
    assertTrue(rationalNoise(gelu, 5, InvertedDerivative.leftCentre(gelu)) < 6e-8);
    Activation silu = Activations.SILU;
    assertTrue(rationalNoise(silu, 4, InvertedDerivative.leftCentre(silu)) < 6e-8);
  }

  /** Half an ulp of 1 is 6·10⁻⁸; degree 16 takes 20 times that at most; measured 1.2e-6. */
  @Test
  void rightPolynomialsBelongAboutTheMiddle() {
    double cutoff = 5.25;
    double centre = InvertedDerivative.rightCentre(Activations.GELU, cutoff);
    RootPolynomial form = new RootPolynomial(16, centre, cutoff);
    Curve curve = InvertedDerivative.upTo(Activations.GELU, Target.DERIVATIVE, cutoff);
    double[] c = new MinimaxFitter().fit(form, curve).coefficients();
    double found =
        noise(form, curve, c, (root, rounded) -> horner(rounded, 0, 16, root - (float) centre));
    assertTrue(found < 1.5e-6, "noise " + found);
  }

  /**
   * Segments count from their start; measured 1.2e-7 but at the break points, where a rounded root
   * may fall on the other side and the two sides differ by up to twice the error of the fit,
   * 4.2e-6.
   */
  @Test
  void segmentsHardlyRound() {
    SegmentedPolynomial form = new SegmentedPolynomial(4, 5);
    Curve curve = InvertedDerivative.of(Activations.GELU, Branch.LEFT, Target.DERIVATIVE);
    double[] c = new MinimaxFitter().fit(form, curve).coefficients();
    double found =
        noise(
            form,
            curve,
            c,
            (root, rounded) -> {
              int segment = 0;
              while (segment < 3 && root >= rounded[segment]) {
                segment++;
              }
              float start = segment == 0 ? 0 : rounded[segment - 1];
              return horner(rounded, form.first(segment), 5, root - start);
            });
    assertTrue(found < 1e-5, "noise " + found);
  }
}
