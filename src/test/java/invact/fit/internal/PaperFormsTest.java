package invact.fit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.CustomActivation;
import invact.form.internal.Form;
import invact.form.internal.PaperGeluLeft;
import invact.form.internal.PaperSiluLeft;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which left form suits which activation. */
class PaperFormsTest {
  private record Choice(Activation activation, String form) {}

  static List<Choice> choices() {
    return List.of(
        new Choice(Activations.GELU, PaperGeluLeft.FAMILY.name()),
        new Choice(Activations.GELU_TANH, PaperGeluLeft.FAMILY.name()),
        new Choice(
            CustomActivation.of("mine", "x*(1 + erf(x/sqrt(2)))/2"), PaperGeluLeft.FAMILY.name()),
        new Choice(Activations.SILU, PaperSiluLeft.FAMILY.name()),
        new Choice(Activations.QUICK_GELU, PaperSiluLeft.FAMILY.name()),
        new Choice(Activations.MISH, PaperSiluLeft.FAMILY.name()),
        new Choice(Activations.swish(0.5), PaperSiluLeft.FAMILY.name()),
        new Choice(Activations.swish(4), PaperSiluLeft.FAMILY.name()),
        new Choice(CustomActivation.of("mine", "x/(1 + exp(-x))"), PaperSiluLeft.FAMILY.name()));
  }

  /** The figures that {@link PaperForms} quotes. */
  @ParameterizedTest
  @MethodSource("choices")
  void theTailDecides(Choice choice) {
    Activation f = choice.activation;
    Form chosen = PaperForms.of(f, Branch.LEFT);
    assertEquals(choice.form, chosen.name());
    Form other =
        chosen instanceof PaperSiluLeft ? new PaperGeluLeft(-f.minimum()) : new PaperSiluLeft();
    double ratio = sumOfSquares(f, other) / sumOfSquares(f, chosen);
    assertTrue(ratio > 8 && ratio < 72, f.name() + ": " + ratio);
  }

  private static double sumOfSquares(Activation f, Form form) {
    return PaperFormFitTest.fit(f, Branch.LEFT, form, Target.DERIVATIVE, PaperFormFitTest.USUAL)
        .targetError()
        .sumOfSquares();
  }
}
