package invact.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.math.FloatFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class OutputClassesTest {
  private static final Density STANDARD = new Density.Normal(1);

  /** Against numpy's rounding and scipy's distribution; six digits, by the file's seven. */
  @ParameterizedTest
  @CsvFileSource(resources = "/reference/floor.csv")
  void floorIsTheKnownOne(String activation, String format, double rms, double max) {
    OutputClasses classes =
        OutputClasses.of(Activations.of(activation), FloatFormat.of(format), STANDARD);
    assertEquals(rms, classes.floorRms(), 1e-6 * rms);
    assertEquals(max, classes.floorMaxAbs(), 1e-6 * max);
  }

  /** No other constant estimate in each class does better than its mean. */
  @Test
  void theMeanIsTheBestEstimate() {
    OutputClasses classes = OutputClasses.of(Activations.GELU, FloatFormat.BF16, STANDARD);
    double total = 0;
    for (OutputClasses.OutputClass each : classes.classes()) {
      total += each.weight();
      assertTrue(each.least() <= each.mean() + 1e-15 && each.mean() <= each.largest() + 1e-15);
    }
    assertEquals(1, total, 1e-12, "65 thousand roundings of 2⁻⁵³");
    double midrange = 0;
    for (OutputClasses.Input input : classes.inputs()) {
      for (OutputClasses.OutputClass each : classes.classes()) {
        if (each.branch() == input.branch() && each.y() == input.y()) {
          double error = (each.least() + each.largest()) / 2 - input.derivative();
          midrange += input.weight() * error * error;
          break;
        }
      }
    }
    assertTrue(StrictMath.sqrt(midrange) > classes.floorRms());
  }

  @Test
  void probabilitiesKeepTheirDigitsInBothTails() {
    for (double x : new double[] {0.5, 3, 9, 30}) {
      double right = STANDARD.probability(x, x + 0.25);
      assertEquals(STANDARD.probability(-x - 0.25, -x), right, 1e-14 * right);
      assertTrue(right > 0);
    }
    assertEquals(1, STANDARD.probability(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    assertEquals(0.25, new Density.Uniform(-2, 2).probability(1, 3));
    assertEquals(0, new Density.Uniform(-2, 2).probability(3, 5));
  }

  @Test
  void argumentsAreRefused() {
    Activation f = Activations.GELU;
    assertThrows(
        IllegalArgumentException.class, () -> OutputClasses.of(f, FloatFormat.FP32, STANDARD));
    assertThrows(IllegalArgumentException.class, () -> new Density.Normal(0));
    assertThrows(IllegalArgumentException.class, () -> new Density.Uniform(1, 1));
    Density nowhere = new Density.Uniform(1e6, 2e6);
    assertThrows(
        IllegalArgumentException.class, () -> OutputClasses.of(f, FloatFormat.FP16, nowhere));
  }
}
