package invact.form.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.internal.program.Cost;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormTest {
  private static final double DEPTH = -Activations.GELU.minimum();

  /**
   * A form with coefficients of the size that fits give, in a range of heights where it is defined.
   */
  private record Sample(Form form, double[] coefficients, double[] heights) {
    @Override
    public String toString() {
      return form.name();
    }
  }

  static Stream<Sample> samples() {
    double[] heights = {0x1p-10, 0x1p-4, 0.15, 0.5, 1.0, 2.25, 5.0};
    return Stream.of(
        new Sample(
            new PaperGeluLeft(DEPTH),
            new double[] {0.03, -0.2, 0.4, 0.9},
            new double[] {0x1p-10, 0x1p-4, 0.15}),
        new Sample(new PaperSiluLeft(), new double[] {0.01, -0.7, 0.3, 2.0}, heights),
        new Sample(
            new PaperRight(),
            new double[] {-1.1, 0.9, 0.3, 0.02, 0.5},
            new double[] {0x1p-10, 0.5, 2.0}),
        new Sample(new RootPolynomial(4), new double[] {0.1, 0.9, 0.3, -0.2, 0.05}, heights),
        new Sample(
            new RootPolynomial(4, 1.0, 4.5), new double[] {0.1, 0.9, 0.3, -0.2, 0.05}, heights),
        new Sample(new RootRational(3, 2), new double[] {0.1, -0.9, 0.3, -0.2, 0.05, 0.4}, heights),
        new Sample(new RootRational(1, 1, 0.375, 4.5), new double[] {0.7, 0.2, 0.5}, heights),
        new Sample(
            new RootExponential(2, RootExponential.Decay.EXPONENTIAL),
            new double[] {-1.0, 0.5, 0.25, 0.8},
            heights),
        new Sample(
            new RootExponential(2, RootExponential.Decay.GAUSSIAN, 4.5),
            new double[] {-1.0, 0.5, 0.25, 0.8},
            heights),
        new Sample(
            new SegmentedPolynomial(3, 1, 4.5),
            new double[] {0.6, 1.3, 0.1, 0.9, 0.3, 0.4, 0.7, 0.05},
            heights));
  }

  /**
   * Central differences in steps of 2⁻¹⁷: the truncation error is below step²/6 times a third
   * derivative of size 100, 10⁻⁹, and the rounding error below 2⁻⁵³/step times a value of size 10,
   * 10⁻¹⁰.
   */
  @ParameterizedTest
  @MethodSource("samples")
  void gradientIsTheDerivative(Sample sample) {
    double step = 0x1p-17;
    int count = sample.form.coefficientCount();
    double[] gradient = new double[count];
    for (double u : sample.heights) {
      sample.form.gradient(u, sample.coefficients, gradient);
      for (int j = 0; j < count; j++) {
        double[] c = sample.coefficients.clone();
        c[j] += step;
        double above = sample.form.value(u, c);
        c[j] -= 2 * step;
        double below = sample.form.value(u, c);
        assertEquals((above - below) / (2 * step), gradient[j], 2e-9, "∂q/∂c" + j + " at " + u);
      }
    }
  }

  /** Where {@link Form#nonlinear()} says nothing, ∂q/∂c does not depend on the linear c. */
  @ParameterizedTest
  @MethodSource("samples")
  void isLinearInTheOtherCoefficients(Sample sample) {
    int count = sample.form.coefficientCount();
    List<Integer> nonlinear =
        sample.form.nonlinear().stream().map(Form.NonlinearCoefficient::index).toList();
    double[] other = sample.coefficients.clone();
    for (int j = 0; j < count; j++) {
      if (!nonlinear.contains(j)) {
        other[j] = 1.0 - other[j];
      }
    }
    double[] here = new double[count];
    double[] there = new double[count];
    for (double u : sample.heights) {
      sample.form.gradient(u, sample.coefficients, here);
      sample.form.gradient(u, other, there);
      for (int j = 0; j < count; j++) {
        if (!nonlinear.contains(j)) {
          assertEquals(here[j], there[j], "∂q/∂c" + j + " at " + u);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void nameReadsBack(Sample sample) {
    assertEquals(sample.form, Forms.of(sample.form.name(), DEPTH));
    assertEquals(sample.form.coefficientCount(), sample.coefficients.length);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void notANumberStaysOne(Sample sample) {
    assertTrue(Double.isNaN(sample.form.value(Double.NaN, sample.coefficients)));
  }

  @Test
  void isOneBeyondTheCutoff() {
    samples()
        .filter(sample -> sample.form.name().contains("-cut-"))
        .forEach(sample -> {
          assertEquals(1.0, sample.form.value(Math.nextUp(4.5), sample.coefficients));
          assertTrue(sample.form.value(4.5, sample.coefficients) != 1.0);
        });
  }

  @Test
  void dampedFormsTendToOne() {
    for (RootExponential.Decay decay : RootExponential.Decay.values()) {
      double[] c = {-1.0, 0.5, 0.25, 0.8};
      assertEquals(1.0, new RootExponential(2, decay).value(1e300, c));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root-polynomial",
        "root-polynomial-",
        "root-polynomial-x",
        "root-polynomial-4-cut-",
        "root-polynomial-4-cut--1.0",
        "root-rational-5",
        "cubic"
      })
  void unknownNamesAreListed(String name) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Forms.of(name, DEPTH));
    for (String known : List.of("paper-right", "root-polynomial-D[-about-R][-cut-U]")) {
      assertTrue(e.getMessage().contains(known), e.getMessage());
    }
  }

  @Test
  void otherSpellingsAreRefused() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> Forms.of("root-polynomial-04-cut-5.250", DEPTH));
    assertEquals(
        "form 'root-polynomial-04-cut-5.250' is written 'root-polynomial-4-cut-5.25'",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root-polynomial-25",
        "root-rational-3-0",
        "root-rational-13-2",
        "root-exp-17",
        "root-segmented-0-3",
        "root-polynomial-4-cut-0.0",
        "root-polynomial-4-about-0.0005"
      })
  void numbersOutOfRangeAreRefused(String name) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Forms.of(name, DEPTH));
    assertTrue(e.getMessage().contains("must lie in ["), e.getMessage());
  }

  /** GELU with a rational on the left and a polynomial on the right, counted by hand. */
  @Test
  void backwardSharesTheRoot() {
    Cost cost =
        Cost.backward(new RootRational(5, 5).cost(), new RootPolynomial(16, 1.125, 5.25).cost());
    assertEquals(new Cost(11 + 19 + 9, 1, 1, 0, 0), cost);
    assertEquals(39 + 8 + 8, cost.issueSlots());
    assertEquals(8 + 17, new Cost(0, 0, 0, 1, 1).issueSlots());
  }
}
