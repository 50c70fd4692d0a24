package invact.certify.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.ErrorBound;
import invact.form.FormSpec;
import invact.form.internal.Approximant;
import invact.form.internal.FloatApproximant;
import invact.form.internal.Forms;
import invact.numeric.internal.ErrorStats;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bounds against errors measured in doubles on a grid, for forms and activations of all kinds. */
class ExactErrorTest {
  /** What the proof promises. */
  private static final double GAP = 0.01;

  /** Of an error in doubles next to T, where the root of the height has half the digits. */
  private static final double MEASURED = 1e-8;

  private static BranchApproximant approximant(
      Activation f, Branch branch, String form, double... c) {
    FormSpec spec = FormSpec.of(form);
    return new BranchApproximant(
        f, branch, Target.DERIVATIVE, new Approximant(Forms.of(spec, -f.minimum()), c));
  }

  /** Forms that no shipped set has, or not for the activation; rough coefficients do. */
  static Stream<BranchApproximant> approximants() {
    Activation gelu = Activations.GELU;
    Activation silu = Activations.SILU;
    return Stream.of(
        approximant(silu, Branch.RIGHT, "root-exp-2", -1, 0.66, 0.3, 0.9),
        approximant(gelu, Branch.RIGHT, "root-gauss-2", -1, 0.93, 0.3, 0.7),
        approximant(gelu, Branch.RIGHT, "root-gauss-1-cut-3.0", -1, 0.93, 0.5),
        approximant(gelu, Branch.RIGHT, "root-rational-1-1", 0, 1, 1),
        approximant(gelu, Branch.RIGHT, "root-rational-2-2", 0, 1, 1.25, 0.5, 1.2),
        approximant(gelu, Branch.RIGHT, "root-polynomial-1-about-0.5-cut-1.0", 0.5, 0.7),
        approximant(silu, Branch.RIGHT, "root-segmented-2-1-cut-8.0", 1, 0, 0.7, 0.7, 0.1),
        approximant(silu, Branch.LEFT, "paper-gelu-left", 0, -0.5, 0.5, 0.9),
        approximant(silu, Branch.LEFT, "root-polynomial-0", 0),
        approximant(Activations.swish(100), Branch.LEFT, "root-polynomial-1", 0, -2),
        approximant(Activations.swish(0.01), Branch.RIGHT, "root-exp-1", -1, 0.06, 0.01),
        approximant(Activations.MISH, Branch.RIGHT, "paper-right", -1, 0.7, 0.1, 0.02, 1));
  }

  @ParameterizedTest
  @MethodSource("approximants")
  void boundsHoldWhatIsMeasured(BranchApproximant approximant) {
    ErrorBound bound = ExactError.of(approximant);
    assertTrue(bound.lower() <= bound.upper(), bound::toString);
    assertTrue(bound.upper() - bound.lower() <= GAP * bound.upper(), bound::toString);
    // What is proved is proved of coefficients in fp32.
    float[] rounded = FloatApproximant.rounded(approximant.approximant());
    double[] c = new double[rounded.length];
    for (int j = 0; j < c.length; j++) {
      c[j] = rounded[j];
    }
    BranchApproximant single =
        new BranchApproximant(
            approximant.activation(),
            approximant.branch(),
            approximant.target(),
            new Approximant(approximant.approximant().form(), c));
    ErrorStats measured = single.measureDerivativeError();
    assertTrue(measured.maxAbs() <= bound.upper() + MEASURED, measured + ", " + bound);
    // A grid misses little of the largest error of so rough a form, but for a jump.
    assertTrue(measured.maxAbs() >= 0.99 * bound.lower() - MEASURED, measured + ", " + bound);
    double x = bound.at();
    if (Double.isFinite(x)) {
      double there = Math.abs(single.derivativeError(x));
      assertTrue(there >= bound.lower() - MEASURED, there + ", " + bound);
    }
  }

  /**
   * f′ of SiLU falls to −0.0998 and rises to 1.0998: the largest |f′| and |1 − f′| beyond f′(T).
   */
  @Test
  void constantFormsHaveTheLargestDerivative() {
    // f′ is least where f″ = 0, that is x·tanh(x/2) = 2.
    ErrorBound left =
        ExactError.of(approximant(Activations.SILU, Branch.LEFT, "root-polynomial-0", 0));
    assertEquals(0.0998393, left.lower(), 2e-4);
    assertEquals(-2.39936, left.at(), 0.1);
    ErrorBound right =
        ExactError.of(
            approximant(Activations.SILU, Branch.RIGHT, "root-polynomial-0-cut-0.001", 1));
    assertEquals(1, right.upper(), 1e-3);
  }

  @Test
  void whatIsNotBoundedIsRefused() {
    for (BranchApproximant wrong :
        new BranchApproximant[] {
          approximant(Activations.GELU, Branch.RIGHT, "root-polynomial-1", 0, 1),
          approximant(Activations.GELU, Branch.RIGHT, "root-rational-2-1", 0, 1, 1, 1),
          approximant(Activations.GELU, Branch.RIGHT, "root-exp-1", -1, 1, -0.5)
        }) {
      String message =
          assertThrows(CertificateException.class, () -> ExactError.of(wrong)).getMessage();
      assertTrue(message.startsWith("the error on the right branch is not bounded: "), message);
    }
    BranchApproximant pole =
        approximant(Activations.GELU, Branch.LEFT, "root-rational-1-1", 0, 1, -5);
    String message =
        assertThrows(CertificateException.class, () -> ExactError.of(pole)).getMessage();
    assertTrue(message.startsWith("the error on the left branch cannot be proved: "), message);
  }

  @Test
  void expressionsAreRefused() {
    Activation own = Activations.custom("own", "x*sigmoid(x)");
    BranchApproximant approximant = approximant(own, Branch.LEFT, "root-polynomial-0", 0);
    assertEquals(
        "the error of own cannot be proved: there are enclosures of the built-in activations alone,"
            + " not of expressions",
        assertThrows(CertificateException.class, () -> ExactError.of(approximant)).getMessage());
  }
}
