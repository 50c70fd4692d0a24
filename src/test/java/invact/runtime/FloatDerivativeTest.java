package invact.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.approx.Approximant;
import invact.approx.Form;
import invact.approx.PaperGeluLeft;
import invact.approx.PaperRight;
import invact.approx.PaperSiluLeft;
import invact.coefficient.BranchApproximant;
import org.junit.jupiter.api.Test;

/** What is refused when a set is opened: coefficients that would give NaN or infinity later. */
class FloatDerivativeTest {
  private static final Activation GELU = Activations.GELU;

  @Test
  void coefficientBeyondFp32IsRefused() {
    String message = refusal(Branch.LEFT, new PaperSiluLeft(), 0, 1e39, 0, 0);
    assertEquals("coefficient 1 of paper-silu-left is too large for fp32: 1.0E39", message);
  }

  @Test
  void poleAtTheMinimumIsRefused() {
    String message = refusal(Branch.LEFT, new PaperGeluLeft(-GELU.minimum()), 0, 1, -0.5, 1);
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
    return assertThrows(IllegalArgumentException.class, () -> FloatDerivative.of(approximant))
        .getMessage();
  }
}
