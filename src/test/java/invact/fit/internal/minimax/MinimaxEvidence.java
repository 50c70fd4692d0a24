package invact.fit.internal.minimax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.form.internal.Form;

/** What every fit must show. */
final class MinimaxEvidence {
  /** The tolerance of a fitter as made, and as much again for the denser check. */
  private static final double LEVELNESS = 1 - 2e-6;

  private MinimaxEvidence() {}

  /** Signs alternate, sizes are level, and all figures are those of the coefficients given. */
  static void requireAlternation(Form form, Curve curve, MinimaxFit fit) {
    double[] reference = fit.reference();
    double[] errors = fit.referenceErrors();
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < reference.length; i++) {
      double x = reference[i];
      double error = errors[i];
      assertEquals(
          curve.weight().applyAsDouble(x)
              * (form.value(curve.height().applyAsDouble(x), fit.coefficients())
                  - curve.value().applyAsDouble(x)),
          error,
          "error at " + x);
      least = Math.min(least, Math.abs(error));
      if (i > 0) {
        assertTrue(x > reference[i - 1], "reference points ascend");
        assertTrue(error * errors[i - 1] < 0, "errors alternate at " + x);
      }
    }
    assertEquals(least, fit.levelledError());
    // All curves here are smaller than 4; rounding takes up to 2⁻⁵⁰ of that.
    assertTrue(
        fit.levelness() >= LEVELNESS - 0x1p-48 / fit.largestError(),
        "levelness " + fit.levelness());
    int linear = form.coefficientCount() - form.nonlinear().size();
    assertTrue(
        reference.length == form.coefficientCount() + 1
            || (fit.starts() > 1 && reference.length == linear + 1),
        reference.length + " reference points");
  }
}
