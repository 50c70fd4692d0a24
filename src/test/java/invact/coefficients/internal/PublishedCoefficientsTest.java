package invact.coefficients.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.form.internal.Approximant;
import invact.numeric.internal.ErrorSummary;
import org.junit.jupiter.api.Test;

class PublishedCoefficientsTest {
  /** Measured elsewhere, to the digits given; half a unit of the last digit. */
  @Test
  void largestErrorsAreTheKnownOnes() {
    assertLargest(1.22e-3, 0.5e-5, Activations.GELU, Branch.LEFT);
    assertLargest(1.87e-2, 0.5e-4, Activations.GELU, Branch.RIGHT);
    assertLargest(8.3e-4, 0.5e-5, Activations.SILU, Branch.LEFT);
    assertLargest(2.9e-3, 0.5e-4, Activations.SILU, Branch.RIGHT);
    assertEquals(
        Activations.GELU.argmin(), error(Activations.GELU, Branch.RIGHT).maxAbsAt(), "GELU at T");
  }

  /** Why the labels are exchanged and the target is σ: any other reading is far off. */
  @Test
  void otherReadingsOfTheSiluTablesFail() {
    CoefficientSet set = PublishedCoefficients.of(Activations.SILU).orElseThrow();
    double worst = 0;
    for (Branch branch : Branch.values()) {
      Approximant q = set.branch(branch).approximant().approximant();
      BranchApproximant asDerivative =
          new BranchApproximant(Activations.SILU, branch, Target.DERIVATIVE, q);
      worst = StrictMath.max(worst, asDerivative.measureDerivativeError().maxAbs());
    }
    assertEquals(0.22, worst, 0.005, "labels exchanged, read as f′");
  }

  private static void assertLargest(
      double expected, double tolerance, Activation f, Branch branch) {
    assertEquals(expected, error(f, branch).maxAbs(), tolerance, f.name() + " " + branch.label());
  }

  private static ErrorSummary error(Activation f, Branch branch) {
    return PublishedCoefficients.of(f).orElseThrow().branch(branch).derivativeError();
  }
}
