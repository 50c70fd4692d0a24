package invact.sampling.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizationCellsTest {
  private static final Density STANDARD = new Density.Normal(1);

  /** Against numpy's rounding and scipy's distribution; six digits, by the file's seven. */
  @ParameterizedTest
  @CsvFileSource(resources = "/reference/floor.csv")
  void floorIsTheKnownOne(String activation, String format, double rms, double max) {
    QuantizationCells classes =
        QuantizationCells.of(Activations.of(activation), Dtype.of(format), STANDARD);
    assertEquals(rms, classes.irreducibleRms(), 1e-6 * rms);
    assertEquals(max, classes.irreducibleMaxAbs(), 1e-6 * max);
  }

  /** No other constant estimate in each class does better than its mean. */
  @Test
  void theMeanIsTheBestEstimate() {
    QuantizationCells classes = QuantizationCells.of(Activations.GELU, Dtype.BF16, STANDARD);
    double total = 0;
    for (QuantizationCells.Cell each : classes.cells()) {
      total += each.weight();
      assertTrue(each.least() <= each.mean() + 1e-15 && each.mean() <= each.largest() + 1e-15);
    }
    assertEquals(1, total, 1e-12, "65 thousand roundings of 2⁻⁵³");
    double midrange = 0;
    for (QuantizationCells.Input input : classes.inputs()) {
      for (QuantizationCells.Cell each : classes.cells()) {
        if (each.branch() == input.branch() && each.y() == input.y()) {
          double error = (each.least() + each.largest()) / 2 - input.derivative();
          midrange += input.weight() * error * error;
          break;
        }
      }
    }
    assertTrue(StrictMath.sqrt(midrange) > classes.irreducibleRms());
  }

  /**
   * Of fp32 a sample is taken: against all inputs next to T, counted one by one, each as likely as
   * the next (their spacing is the same on all of the interval).
   */
  @ParameterizedTest
  @ValueSource(strings = {"gelu", "silu"})
  void singlePrecisionIsSampledWell(String name) {
    Activation f = Activations.of(name);
    double reach = 0x1p-9;
    Density near = new Density.Uniform(f.argmin() - reach, f.argmin() + reach);
    Map<Branch, Map<Float, List<Double>>> derivatives = new EnumMap<>(Branch.class);
    int count = 0;
    for (float x = (float) (f.argmin() - reach);
        x <= f.argmin() + reach;
        x = StrictMath.nextUp(x)) {
      derivatives
          .computeIfAbsent(f.branch(x), branch -> new HashMap<>())
          .computeIfAbsent((float) f.value(x), y -> new ArrayList<>())
          .add(f.derivative(x));
      count++;
    }
    double squares = 0;
    double max = 0;
    for (Map<Float, List<Double>> branch : derivatives.values()) {
      for (List<Double> shared : branch.values()) {
        double mean = shared.stream().mapToDouble(d -> d).average().orElseThrow();
        for (double derivative : shared) {
          squares += (derivative - mean) * (derivative - mean);
          max = StrictMath.max(max, StrictMath.abs(derivative - mean));
        }
      }
    }
    QuantizationCells sampled = QuantizationCells.of(f, Dtype.FP32, near);
    // The sample has one class in some ten; f′ is linear on a class to 10⁻⁴ of its width.
    assertEquals(
        StrictMath.sqrt(squares / count),
        sampled.irreducibleRms(),
        0.01 * sampled.irreducibleRms());
    assertEquals(max, sampled.irreducibleMaxAbs(), 1e-3 * max);
  }

  @ParameterizedTest
  @CsvSource({
    "normal, normal(1.0)",
    "normal:0.5, normal(0.5)",
    "uniform:-3:4, 'uniform(-3.0, 4.0)'",
  })
  void densitiesGoByText(String text, String description) {
    assertEquals(description, Density.of(text).description());
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
        IllegalArgumentException.class, () -> QuantizationCells.of(f, Dtype.FP64, STANDARD));
    assertThrows(IllegalArgumentException.class, () -> new Density.Normal(0));
    assertThrows(IllegalArgumentException.class, () -> new Density.Uniform(1, 1));
    Density nowhere = new Density.Uniform(1e6, 2e6);
    assertThrows(
        IllegalArgumentException.class, () -> QuantizationCells.of(f, Dtype.FP16, nowhere));
  }
}
