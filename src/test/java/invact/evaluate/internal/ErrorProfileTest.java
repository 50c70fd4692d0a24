package invact.evaluate.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ShippedSets;
import invact.numeric.Dtype;
import invact.sampling.Density;
import invact.sampling.internal.Intervals;
import org.junit.jupiter.api.Test;

class ErrorProfileTest {
  private static final Activation GELU = Activations.GELU;
  private static final Density DENSITY = new Density.Normal(1);

  private static Intervals intervals() {
    return Intervals.around(GELU, 0.125, 5);
  }

  @Test
  void intervalsBeginAtTheArgmin() {
    ErrorProfile profile = ErrorProfile.irreducible(GELU, Dtype.BF16, DENSITY, intervals());
    assertEquals(80, profile.x().length);
    // T ± 1/16, one rounding each.
    assertEquals(GELU.argmin() - 0.0625, profile.x()[39], 1e-15);
    assertEquals(GELU.argmin() + 0.0625, profile.x()[40], 1e-15);
  }

  /** Where each output has one input nothing is lost; next to T most is. */
  @Test
  void theFloorIsHighestNextToTheArgmin() {
    ErrorProfile floor = ErrorProfile.irreducible(GELU, Dtype.BF16, DENSITY, intervals());
    for (int i = 0; i < floor.x().length; i++) {
      assertTrue(floor.rms()[i] <= Math.max(floor.rms()[39], floor.rms()[40]));
      assertTrue(floor.rms()[i] <= floor.largest()[i] * (1 + 1e-12));
      if (Math.abs(floor.x()[i] - GELU.argmin()) > 2) {
        assertEquals(0, floor.largest()[i], 1e-15, "at " + floor.x()[i]);
      }
    }
  }

  /** The same errors as IrreducibleErrorComparison's, in other heaps. */
  @Test
  void theLargestErrorIsThatOfTheComparison() {
    CoefficientSet set = ShippedSets.load("gelu-bf16");
    IrreducibleErrorComparison whole = IrreducibleErrorComparison.of(set, Dtype.BF16, DENSITY);
    ErrorProfile profile = ErrorProfile.decoded(set, Dtype.BF16, DENSITY, intervals());
    double largest = 0;
    for (double error : profile.largest()) {
      largest = Math.max(largest, error);
    }
    assertEquals(whole.maxAbs(), largest);
  }

  /** The forward pass is within 2 ulp of f(x), as its contract says. */
  @Test
  void ulpErrorsAreInUnitsOfTheLastPlace() {
    CoefficientSet set = ShippedSets.load("gelu-fp32");
    Intervals right = new Intervals(GELU.argmin(), 0.125, 0, 32);
    for (double error : ErrorProfile.forwardUlp(set, right).largest()) {
      assertTrue(error > 0 && error <= 2, "forward " + error);
    }
    // |error| <= 2.05e-6 where f' is in (1, 1.13]: 17.2 ulp of 2^-23.
    Intervals beyond = new Intervals(1.0, 0.125, 0, 16);
    for (double error : ErrorProfile.gradientUlp(set, beyond).largest()) {
      assertTrue(error > 0.4 && error <= 17.2, "gradient " + error);
    }
  }
}
