package invact.runtime.cuda;

import static invact.runtime.cuda.DtypeValues.DTYPES;
import static invact.runtime.cuda.DtypeValues.requireSame;
import static invact.runtime.cuda.DtypeValues.ulp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.numeric.Dtype;
import invact.runtime.internal.scalar.FloatFunction;
import invact.runtime.internal.scalar.ScalarFunctions;
import java.util.Map;
import java.util.stream.Stream;

/** One activation in one dtype, and what its outputs may be. */
public record DeviceOutput(Activation activation, Dtype dtype) {
  /** Beside the rounding to 16 bits, relative; {@link DeviceActivation}. */
  private static final double HALF_RELATIVE = 3e-5;

  public static Stream<DeviceOutput> all() {
    return Activations.all().stream()
        .flatMap(f -> DTYPES.stream().map(dtype -> new DeviceOutput(f, dtype)));
  }

  /** f as the scalar backend computes it. */
  private static final Map<Activation, FloatFunction> SCALAR =
      Map.of(
          Activations.GELU, ScalarFunctions.forward(Activations.GELU),
          Activations.SILU, ScalarFunctions.forward(Activations.SILU));

  /** The relative error of f as the kernels compute it in fp32, and of a product or two. */
  public double relative() {
    return dtype == Dtype.FP32 ? 0x1p-20 : HALF_RELATIVE;
  }

  public void requireOutput(float x, float y) {
    double exact = activation.value(x);
    if (!Activations.paper().contains(activation)) {
      // Rounded to fp32, and then to the dtype.
      double bound = 0.5 * ulp(dtype, exact) + 0x1p-23 * Math.abs(exact);
      if (Double.isNaN(exact)) {
        assertTrue(Float.isNaN(y), () -> "y of " + x + " is " + y);
      } else if (Math.abs(exact) < dtype.maxValue()) {
        assertEquals(exact, y, bound + Float.MIN_VALUE, () -> "y of " + x);
      }
    } else if (dtype == Dtype.FP32) {
      requireSame(SCALAR.get(activation).apply(x), y, "y of " + x);
    } else if (!Float.isFinite(x) || exact == 0) {
      requireSame((float) exact, y, "y of " + x);
    } else {
      double bound = 0.5 * ulp(dtype, exact) + HALF_RELATIVE * Math.abs(exact) + Float.MIN_VALUE;
      assertTrue(Math.abs(y - exact) <= bound, () -> "y of " + x + " is " + y + " for " + exact);
      assertEquals(Math.signum(x), Math.copySign(1.0f, y), "sign of y of " + x);
    }
  }

  @Override
  public String toString() {
    return activation.name() + " " + dtype.label();
  }
}
