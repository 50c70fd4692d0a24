package invact.fit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.fit.FitException;
import invact.fit.internal.leastsquares.LinearSolve;
import invact.fit.internal.leastsquares.Samples;
import invact.form.internal.Form;
import invact.form.internal.PaperRight;
import invact.sampling.internal.Sampling;
import invact.sampling.internal.SamplingPlan;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The paper's forms against optima found by another program with another method. */
class PaperFormFitTest {
  /** What {@code invact fit} samples. */
  static final SamplingPlan USUAL = new SamplingPlan(Sampling.UNIFORM_X, 20_001, -10, 10);

  record Reference(
      Activation activation,
      Branch branch,
      Target target,
      SamplingPlan plan,
      int points,
      double sse,
      double[] coefficients) {
    @Override
    public String toString() {
      return String.join(
          " ", activation.name(), branch.label(), target.label(), plan.sampling().label());
    }
  }

  static List<Reference> references() throws Exception {
    try (var in = PaperFormFitTest.class.getResourceAsStream("/reference/least-squares.csv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(","))
          .map(cells ->
              new Reference(
                  Activations.of(cells[0]),
                  Branch.valueOf(cells[1].toUpperCase(java.util.Locale.ROOT)),
                  Target.of(cells[2]),
                  new SamplingPlan(Sampling.of(cells[3]), 20_001, -10, 10),
                  Integer.parseInt(cells[4]),
                  Double.parseDouble(cells[5]),
                  Arrays.stream(cells[6].split(" ")).mapToDouble(Double::parseDouble).toArray()))
          .toList();
    }
  }

  @Test
  void everyPieceHasAReference() throws Exception {
    assertEquals(12, references().size());
  }

  /**
   * The reference's sum of squares is good to some 13 digits, and so is ours; 10⁻¹⁰ leaves room for
   * the rounding of f. Coefficients keep fewer digits, by the condition number (up to 4·10³).
   */
  @ParameterizedTest
  @MethodSource("references")
  void reachesTheGlobalOptimum(Reference reference) {
    BranchFit fit = fit(reference, 16, 1);
    assertEquals(reference.points, fit.targetError().count());
    assertEquals(reference.sse, fit.targetError().sumOfSquares(), 1e-10 * reference.sse);
    assertEquals(reference.sse, fit.curve().sumOfSquares(), 1e-10 * reference.sse);
    double[] found = fit.approximant().approximant().coefficients();
    for (int j = 0; j < found.length; j++) {
      double expected = reference.coefficients[j];
      assertEquals(expected, found[j], 1e-6 * StrictMath.abs(expected), "c" + j);
    }
    assertTrue(3 * fit.agreeing() >= fit.starts(), "agreeing: " + fit.agreeing());
  }

  /** Whatever the starts, the optimum is the same: relative 10⁻¹² in the sum of squares. */
  @ParameterizedTest
  @MethodSource("references")
  void doesNotDependOnTheSeed(Reference reference) {
    double sse = fit(reference, 16, 1).targetError().sumOfSquares();
    for (long seed = 100; seed < 103; seed++) {
      BranchFit other = fit(reference, 12, seed);
      assertEquals(sse, other.targetError().sumOfSquares(), 1e-12 * sse, "seed " + seed);
      assertEquals(seed, other.seed());
    }
  }

  /** The false basin of SiLU's right branch that a start in all ones leads to. */
  @Test
  void aFalseBasinIsWorseAndNotReturned() {
    Samples samples = BranchFitter.samples(USUAL, Activations.SILU, Branch.RIGHT, Target.SIGMOID);
    Form form = PaperForms.of(Activations.SILU, Branch.RIGHT);
    double[] start = {0, 0, 0, 1e-7, -744};
    assertTrue(LinearSolve.solve(form, samples, start));
    BranchFit fit = fit(Activations.SILU, Branch.RIGHT, form, Target.SIGMOID, USUAL);
    double sse = 0;
    for (int i = 0; i < samples.count(); i++) {
      double error = form.value(samples.height()[i], start) - samples.value()[i];
      sse += error * error;
    }
    assertTrue(sse > 2 * fit.targetError().sumOfSquares(), "SSE of the false basin " + sse);
  }

  @Test
  void derivativeErrorFollowsFromTheTarget() {
    BranchFit fit = fit(Activations.SILU, Branch.RIGHT, new PaperRight(), Target.SIGMOID, USUAL);
    // dg/dq = 1 − y, which at the worst place, x = 5.87, is −4.85.
    assertTrue(fit.derivativeError().maxAbs() > 3 * fit.targetError().maxAbs());
    BranchFit direct =
        fit(Activations.SILU, Branch.RIGHT, new PaperRight(), Target.DERIVATIVE, USUAL);
    assertEquals(direct.targetError(), direct.derivativeError());
  }

  @Test
  void uniformXIsSplitAtTheArgmin() {
    SamplingPlan design = new SamplingPlan(Sampling.UNIFORM_X, 20_001, -10, 10);
    Samples left = BranchFitter.samples(design, Activations.GELU, Branch.LEFT, Target.DERIVATIVE);
    Samples right = BranchFitter.samples(design, Activations.GELU, Branch.RIGHT, Target.DERIVATIVE);
    assertEquals(20_001, left.count() + right.count());
    assertEquals(-10, left.x()[0]);
    assertEquals(10, right.x()[right.count() - 1]);
    // −10 + i/1000 lies left of T = −0.75179 up to i = 9248, −0.752.
    assertEquals(-0.752, left.x()[left.count() - 1], 1e-14);
    assertEquals(-0.751, right.x()[0], 1e-14);
  }

  @Test
  void uniformYIsUniformOnEachImage() {
    SamplingPlan design = new SamplingPlan(Sampling.UNIFORM_Y, 1_001, -10, 10);
    for (Activation f : Activations.all()) {
      for (Branch branch : Branch.values()) {
        Samples samples = BranchFitter.samples(design, f, branch, Target.DERIVATIVE);
        double end = f.value(10.0 * branch.sign());
        double step = (end - f.minimum()) / 1_000;
        assertEquals(1_001, samples.count());
        assertEquals(f.argmin(), samples.x()[0]);
        assertEquals(10.0 * branch.sign(), samples.x()[1_000]);
        for (int i = 0; i <= 1_000; i++) {
          // Rounding of a sum and a product of numbers below 10.
          assertEquals(f.minimum() + i * step, samples.y()[i], 4e-15);
          assertEquals(samples.y()[i], f.value(samples.x()[i]), 4e-15);
        }
      }
    }
  }

  @Test
  void theSameFitHasTheSameBits() {
    Reference any =
        new Reference(Activations.GELU, Branch.LEFT, Target.DERIVATIVE, USUAL, 0, 0, new double[0]);
    assertEquals(fit(any, 16, 1), fit(any, 16, 1));
  }

  @Test
  void aBranchNeedsAsManyPointsAsCoefficients() {
    FitException e =
        assertThrows(
            FitException.class,
            () ->
                fit(
                    Activations.GELU,
                    Branch.LEFT,
                    PaperForms.of(Activations.GELU, Branch.LEFT),
                    Target.DERIVATIVE,
                    new SamplingPlan(Sampling.UNIFORM_X, 5, -3, 3)));
    assertTrue(e.isWrongRequest());
    assertTrue(e.getMessage().contains("fewer than the 4 coefficients"), e.getMessage());
  }

  static BranchFit fit(
      Activation activation, Branch branch, Form form, Target target, SamplingPlan plan) {
    return new BranchFitter(16, 1)
        .fit(
            activation,
            branch,
            form,
            target,
            plan,
            BranchFitter.samples(plan, activation, branch, target));
  }

  private static BranchFit fit(Reference reference, int starts, long seed) {
    return new BranchFitter(starts, seed)
        .fit(
            reference.activation,
            reference.branch,
            PaperForms.of(reference.activation, reference.branch),
            reference.target,
            reference.plan,
            BranchFitter.samples(
                reference.plan, reference.activation, reference.branch, reference.target));
  }
}
