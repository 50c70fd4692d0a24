package invact.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.PublishedCoefficients;
import invact.fit.FitRequest.BranchForms;
import invact.fit.FitRequest.ConditionalMean;
import invact.fit.FitRequest.LeastSquares;
import invact.fit.FitRequest.Minimax;
import invact.form.FormSpec;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The front door: what may be asked, and what the answer holds. */
class FitterTest {
  private static final FormSpec LEFT = FormSpec.of("root-polynomial-6");
  private static final FormSpec RIGHT = FormSpec.of("root-polynomial-8-about-1.0-cut-5.0");

  @Test
  void aSetForEachTargetOfEachActivation() {
    AtomicInteger steps = new AtomicInteger();
    FitRequest request = FitRequest.of(LeastSquares.DEFAULT, Activations.SILU, Activations.GELU);
    FitResult result = Fitter.fit(request, steps::incrementAndGet);
    assertEquals(
        List.of("silu-paper", "silu-paper-sigmoid", "gelu-paper"),
        result.sets().stream().map(CoefficientSet::name).toList());
    assertEquals(6, steps.get());
    assertEquals(6, Fitter.steps(request));
  }

  /** Names, targets, dtypes and forms are those of the request, whatever the method. */
  @Test
  void theSetIsWhatWasAskedFor() {
    for (FitRequest.Method method :
        List.of(
            LeastSquares.DEFAULT,
            new Minimax(),
            new ConditionalMean(Dtype.BF16, new Density.Normal(1)))) {
      FitResult result =
          Fitter.fit(
              FitRequest.of(method, Activations.SILU)
                  .with(new BranchForms(LEFT, RIGHT))
                  .with(Target.DERIVATIVE));
      assertEquals(1, result.sets().size());
      CoefficientSet set = result.sets().getFirst();
      boolean isHalf = method instanceof ConditionalMean;
      String suffix = isHalf ? "-bf16" : method instanceof Minimax ? "-minimax" : "";
      assertEquals("silu-" + LEFT.name() + "-and-" + RIGHT.name() + suffix, set.name());
      assertEquals(isHalf ? Optional.of(Dtype.BF16) : Optional.empty(), set.dtype());
      for (Branch branch : Branch.values()) {
        assertEquals(
            branch == Branch.LEFT ? LEFT : RIGHT,
            set.branch(branch).approximant().approximant().form().spec());
      }
    }
  }

  /** Minimax of the same form is at most as far off as the published coefficients. */
  @Test
  void theAnswerIsNoWorseThanThePublishedOne() {
    CoefficientSet fitted =
        Fitter.fit(FitRequest.of(new Minimax(), Activations.GELU)).sets().getFirst();
    CoefficientSet published = PublishedCoefficients.of(Activations.GELU).orElseThrow();
    for (Branch branch : Branch.values()) {
      assertTrue(
          fitted.branch(branch).derivativeError().maxAbs()
              < published.branch(branch).derivativeError().maxAbs());
    }
  }

  @Test
  void aRequestThatNoFitCanAnswerIsRefused() {
    assertRefused("range", () -> new LeastSquares(false, 100, 3, 3, 16, 1));
    assertRefused("range", () -> new LeastSquares(false, 100, Double.NaN, 3, 16, 1));
    assertRefused("points", () -> new LeastSquares(false, 1, -3, 3, 16, 1));
    assertRefused("starts", () -> new LeastSquares(false, 100, -3, 3, 0, 1));
    assertRefused(
        "does not contain gelu's argmin",
        () -> FitRequest.of(new LeastSquares(true, 100, 0, 3, 16, 1), Activations.GELU));
    assertRefused("fp64", () -> new ConditionalMean(Dtype.FP64, new Density.Normal(1)));
    assertRefused(
        "no inputs", () -> new ConditionalMean(Dtype.FP16, new Density.Uniform(7e4, 8e4)));
    assertRefused(
        "has no target 'sigmoid'",
        () -> FitRequest.of(new Minimax(), Activations.MISH).with(Target.SIGMOID));
    assertRefused(
        "conditional means are of f′",
        () ->
            FitRequest.of(new ConditionalMean(Dtype.BF16, new Density.Normal(1)), Activations.SILU)
                .with(Target.SIGMOID));
    assertRefused("cannot serve the right branch", () -> new BranchForms(LEFT, LEFT));
    assertRefused("cannot serve the left branch", () -> new BranchForms(RIGHT, RIGHT));
  }

  @Test
  void aFitThatFailsIsNoWrongRequest() {
    FitException e =
        assertThrows(
            FitException.class,
            () ->
                Fitter.fit(
                    FitRequest.of(new Minimax(), Activations.GELU)
                        .with(BranchForms.of("root-polynomial-20,root-exp-2"))));
    assertTrue(!e.isWrongRequest() && e.getMessage().startsWith("gelu left: "), e.getMessage());
  }

  private static void assertRefused(String part, Executable request) {
    FitException e = assertThrows(FitException.class, request);
    assertTrue(e.isWrongRequest() && e.getMessage().contains(part), e.getMessage());
  }
}
