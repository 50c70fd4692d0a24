package invact.fit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.internal.BranchApproximant;
import invact.fit.FitException;
import invact.fit.internal.minimax.BranchMinimax;
import invact.form.internal.Form;
import invact.form.internal.Forms;
import invact.sampling.internal.Sampling;
import invact.sampling.internal.SamplingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fits are judged by the branch and not by its samples. */
class BranchPoleTest {
  private static Form form(Activation f, String name) {
    return Forms.of(name, -f.minimum());
  }

  /** 21 points over both branches leave room for a pole between two of them. */
  @Test
  void leastSquaresWithAPoleBetweenSamplesIsRefused() {
    Activation f = Activations.GELU;
    SamplingPlan plan = new SamplingPlan(Sampling.UNIFORM_X, 21, -10, 10);
    String message =
        assertThrows(
                FitException.class,
                () ->
                    PaperFormFitTest.fit(
                        f, Branch.LEFT, form(f, "root-rational-1-3"), Target.DERIVATIVE, plan))
            .getMessage();
    assertEquals(
        "gelu left: the best root-rational-1-3 found has a pole, or nearly one, at the height"
            + " 0.026778348: ask for more points, or another degree or centre",
        message);
  }

  /**
   * Whatever the number of points: an answer has no pole, and its error no peak off the samples.
   */
  @ParameterizedTest
  @CsvSource({
    "gelu, LEFT, root-rational-1-3",
    "gelu, LEFT, root-rational-2-2-about-0.4",
    "gelu, RIGHT, root-rational-1-3-cut-5.625",
    "silu, LEFT, root-rational-2-3",
    "silu, RIGHT, root-rational-2-2-about-1.0-cut-15.0",
  })
  void leastSquaresAnswersHaveNoPole(String activation, Branch branch, String name) {
    Activation f = Activations.of(activation);
    List<Integer> answered = new ArrayList<>();
    for (int points = 15; points <= 61; points += 2) {
      SamplingPlan plan = new SamplingPlan(Sampling.UNIFORM_X, points, -10, 10);
      try {
        BranchApproximant found =
            PaperFormFitTest.fit(f, branch, form(f, name), Target.DERIVATIVE, plan).approximant();
        assertEquals(OptionalDouble.empty(), found.pole());
        assertTrue(found.measureDerivativeError().maxAbs() < 1, points + " points");
        answered.add(points);
      } catch (FitException e) {
        // A refusal is an answer too, but not always.
      }
    }
    assertTrue(answered.size() > 5, answered.toString());
  }

  /** Rounding to fp32 about a bad centre may bring a pole, which is then found by the fit. */
  @ParameterizedTest
  @CsvSource({
    "gelu, LEFT, root-rational-6-6",
    "gelu, LEFT, root-rational-7-7",
    "silu, LEFT, root-rational-7-7",
    "silu, RIGHT, root-rational-7-7-cut-15.125",
  })
  void minimaxAnswersHaveNoPole(String activation, Branch branch, String name) {
    Activation f = Activations.of(activation);
    try {
      BranchApproximant found =
          BranchMinimax.of(f, branch, Target.DERIVATIVE, form(f, name))
              .coefficients()
              .approximant();
      assertEquals(OptionalDouble.empty(), found.pole());
    } catch (FitException e) {
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
  }
}
