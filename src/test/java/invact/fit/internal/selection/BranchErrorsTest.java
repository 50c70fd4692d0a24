package invact.fit.internal.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.coefficients.internal.ShippedSets;
import invact.evaluate.internal.IrreducibleErrorComparison;
import invact.form.internal.Approximant;
import invact.form.internal.RootPolynomial;
import invact.numeric.Dtype;
import invact.sampling.Density;
import invact.sampling.internal.QuantizationCells;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchErrorsTest {
  private static final Density NORMAL = new Density.Normal(1);

  private static BranchErrors errors(Activation f, Branch branch, Dtype format) {
    return new BranchErrors(
        new SearchProblem(f, branch, format, NORMAL), QuantizationCells.of(f, format, NORMAL));
  }

  private static Finding measure(BranchErrors errors, BranchApproximant approximant) {
    return errors.measure(
        new Candidate(approximant.approximant().form(), approximant.target(), Method.PUBLISHED),
        approximant);
  }

  /** Probabilities of the branches put their errors together to those of the whole set. */
  @ParameterizedTest
  @CsvSource({"gelu-published, BF16", "silu-published, FP16"})
  void branchesAddUpToTheWhole(String name, Dtype format) {
    CoefficientSet set = ShippedSets.load(name);
    Activation f = set.activation();
    IrreducibleErrorComparison whole = IrreducibleErrorComparison.of(set, format, NORMAL);
    double left = NORMAL.probability(Double.NEGATIVE_INFINITY, f.argmin());
    double square = 0;
    double floorSquare = 0;
    double bias = 0;
    double max = 0;
    for (Branch branch : Branch.values()) {
      double probability = branch == Branch.LEFT ? left : 1 - left;
      BranchErrors errors = errors(f, branch, format);
      Finding.Measured found =
          assertInstanceOf(
              Finding.Measured.class, measure(errors, set.branch(branch).approximant()));
      square += probability * found.rms() * found.rms();
      bias += probability * found.bias();
      max = StrictMath.max(max, found.maxAbs());
      floorSquare += probability * errors.irreducibleRms() * errors.irreducibleRms();
    }
    // T lies between two numbers of the format, whose share of probability it does not halve.
    assertEquals(whole.rms(), StrictMath.sqrt(square), 2e-3 * whole.rms());
    assertEquals(
        whole.irreducibleRms(), StrictMath.sqrt(floorSquare), 2e-3 * whole.irreducibleRms());
    assertEquals(whole.bias(), bias, 2e-3 * whole.rms());
    assertEquals(whole.maxAbs(), max, 0.0);
  }

  /** Where powers are taken about the middle of the range, fp32 leaves the error as it is. */
  @Test
  void singlePrecisionErrorIsTheApproximantsOwn() {
    CoefficientSet set = ShippedSets.load("silu-paper");
    for (Branch branch : Branch.values()) {
      Finding.Measured found =
          assertInstanceOf(
              Finding.Measured.class,
              measure(
                  errors(set.activation(), branch, Dtype.FP32), set.branch(branch).approximant()));
      // A few roundings of numbers about 1.
      assertEquals(set.branch(branch).derivativeError().maxAbs(), found.maxAbs(), 5e-7);
      assertEquals(set.branch(branch).derivativeError().rms(), found.rms(), 1e-7);
    }
  }

  /** A polynomial without a cut-off has no value at infinity: no runtime opens it. */
  @Test
  void whatNoRuntimeOpensFails() {
    BranchApproximant growing =
        new BranchApproximant(
            Activations.GELU,
            Branch.RIGHT,
            Target.DERIVATIVE,
            new Approximant(new RootPolynomial(3), 0, 1, 1, 1));
    for (Dtype format : new Dtype[] {Dtype.FP32, Dtype.BF16}) {
      assertInstanceOf(
          Finding.Failed.class, measure(errors(Activations.GELU, Branch.RIGHT, format), growing));
    }
  }
}
