package invact.internal.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.PublishedCoefficients;
import invact.form.internal.Approximant;
import invact.form.internal.Form;
import invact.form.internal.PaperGeluLeft;
import invact.form.internal.PaperRight;
import invact.form.internal.PaperSiluLeft;
import invact.numeric.Dtype;
import invact.runtime.InvertedActivation;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * g in fp32: its error, and the coefficients it refuses because they would give NaN or infinity.
 */
class DerivativeTest {
  private static final Activation GELU = Activations.GELU;

  /** The figures that {@link InvertedActivation} quotes; measured, rounded up. */
  @Test
  void errorAgainstDoublePrecision() {
    requireError(Activations.GELU, 3.1e-7, 4.0e-8);
    requireError(Activations.SILU, 3.5e-7, 5.3e-8);
  }

  /** Over x ~ N(0, 9), and as many inputs spread evenly in the logarithm of |x − T|. */
  private static void requireError(Activation f, double max, double rms) {
    CoefficientSet set = PublishedCoefficients.of(f).orElseThrow();
    Random random = new Random(1);
    double maxFound = 0;
    double squares = 0;
    int pairs = 500_000;
    for (int i = 0; i < pairs; i++) {
      float spread = (float) (3 * random.nextGaussian());
      double distance = random.nextGaussian() * StrictMath.pow(2, -30 * random.nextDouble());
      float near = (float) (f.argmin() + distance);
      for (float x : new float[] {spread, near}) {
        double error = error(set, x);
        maxFound = StrictMath.max(maxFound, error);
        if (x == spread) {
          squares += error * error;
        }
      }
    }
    double rmsFound = StrictMath.sqrt(squares / pairs);
    String found = f.name() + " " + maxFound + " " + rmsFound;
    assertTrue(maxFound <= max && rmsFound <= rms, found);
  }

  private static double error(CoefficientSet set, float x) {
    Activation f = set.activation();
    BranchApproximant approximant = set.branch(f.branch(x)).approximant();
    RoundedHeight height = RoundedHeight.of(f, Dtype.FP32);
    float y = (float) f.value(x);
    double u = StrictMath.max((double) y - height.minimum() - height.offset(), height.least());
    double exact = y == 0 && x < 0 ? 0 : approximant.approximant().value(u);
    return StrictMath.abs(
        Derivative.of(approximant, Dtype.FP32).value(y)
            - (y == 0 && x < 0 ? 0 : approximant.target().derivative(exact, y)));
  }

  @Test
  void coefficientBeyondFp32IsRefused() {
    String message = refusal(Branch.LEFT, new PaperSiluLeft(), 0, 1e39, 0, 0);
    assertEquals("coefficient 1 of paper-silu-left is too large for fp32: 1.0E39", message);
  }

  @Test
  void poleAtTheMinimumThatOverflowsIsRefused() {
    String message = refusal(Branch.LEFT, new PaperGeluLeft(-GELU.minimum()), 0, 1, -10, 1);
    assertTrue(
        message.startsWith("the left branch's derivative is Infinity at y = -0.16997"), message);
  }

  @Test
  void growingExponentialIsRefused() {
    String message = refusal(Branch.RIGHT, new PaperRight(), -1, 1, 0, -0.1, 0);
    assertTrue(message.startsWith("the right branch's derivative is"), message);
  }

  @Test
  void exponentThatUnderflowsIsRefused() {
    String message = refusal(Branch.RIGHT, new PaperRight(), -1, 1, 0, 1e-60, 0);
    assertTrue(message.startsWith("the right branch's derivative is NaN"), message);
  }

  private static String refusal(Branch branch, Form form, double... coefficients) {
    BranchApproximant approximant =
        new BranchApproximant(GELU, branch, Target.DERIVATIVE, new Approximant(form, coefficients));
    return assertThrows(
            IllegalArgumentException.class, () -> Derivative.of(approximant, Dtype.FP32))
        .getMessage();
  }
}
