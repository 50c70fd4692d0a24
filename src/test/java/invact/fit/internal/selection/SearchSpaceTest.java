package invact.fit.internal.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.internal.CustomActivation;
import invact.fit.FitException;
import invact.fit.FitRequest;
import invact.form.internal.Form;
import invact.form.internal.PaperRight;
import invact.form.internal.RootExponential;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SearchSpaceTest {
  static Stream<Activation> activations() {
    return Stream.concat(
        Activations.all().stream(),
        Stream.of(Activations.swish(8), CustomActivation.of("mine", "x*sigmoid(3*x)")));
  }

  private static List<Candidate> candidates(Activation f, Branch branch, Dtype format) {
    return SearchSpace.of(new SearchProblem(f, branch, format, new Density.Normal(1)));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void noCandidateTwiceAndAllServeTheirBranch(Activation f) {
    for (Branch branch : Branch.values()) {
      for (Dtype format : List.of(Dtype.FP32, Dtype.BF16)) {
        List<Candidate> candidates = candidates(f, branch, format);
        assertEquals(candidates.size(), new HashSet<>(candidates).size(), "distinct");
        assertTrue(candidates.size() > 100, f.name() + " " + branch + " " + format);
        for (Candidate candidate : candidates) {
          Form form = candidate.form();
          boolean endsInOne = form.cutoff() < Double.POSITIVE_INFINITY;
          boolean tendsToOne = form instanceof RootExponential || form instanceof PaperRight;
          assertEquals(branch == Branch.RIGHT, endsInOne || tendsToOne, form.name());
        }
      }
    }
  }

  /** What a search calls a form, a fit takes: its name reads back as itself. */
  @ParameterizedTest
  @EnumSource(Branch.class)
  void namesAreThoseOfFit(Branch branch) {
    for (Candidate candidate : candidates(Activations.SILU, branch, Dtype.FP32)) {
      String name = candidate.form().name();
      FitRequest.BranchForms forms =
          FitRequest.BranchForms.of(
              branch == Branch.LEFT ? name + ",paper-right" : "paper-silu-left," + name);
      assertEquals(candidate.form().spec(), branch == Branch.LEFT ? forms.left() : forms.right());
    }
  }

  @Test
  void thePaperComesFirst() {
    List<Candidate> gelu = candidates(Activations.GELU, Branch.LEFT, Dtype.FP32);
    assertEquals(Method.PUBLISHED, gelu.get(0).method());
    assertEquals("paper-gelu-left", gelu.get(1).form().name());
    assertEquals(Method.MINIMAX, gelu.get(1).method());
    List<Candidate> mish = candidates(Activations.MISH, Branch.RIGHT, Dtype.FP16);
    assertEquals(Method.MINIMAX, mish.get(0).method());
    assertEquals(Method.CONDITIONAL_MEAN, mish.get(1).method());
    assertEquals("paper-right", mish.get(1).form().name());
  }

  /** σ·(1 − y) + y is two instructions more than q itself. */
  @Test
  void theSigmoidCosts() {
    Candidate published = candidates(Activations.SILU, Branch.LEFT, Dtype.FP32).get(0);
    assertEquals(published.form().cost().issueSlots() + 2, published.cost().issueSlots());
  }

  @Test
  void nothingIsShippedInDoublePrecision() {
    assertThrows(FitException.class, () -> candidates(Activations.GELU, Branch.LEFT, Dtype.FP64));
  }
}
