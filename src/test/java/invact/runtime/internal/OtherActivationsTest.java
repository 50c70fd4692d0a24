package invact.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientSet;
import invact.fit.FitRequest;
import invact.fit.Fitter;
import invact.numeric.Dtype;
import invact.runtime.Backends;
import invact.runtime.InvertedActivation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The scalar runtime on activations that have no published coefficients, one's own among them. */
class OtherActivationsTest {
  /** Measured 1.79e-2 (GELU-tanh, next to T); the rounding of y alone makes 1.5e-2 there. */
  private static final double MAX_ERROR = 1.8e-2;

  static List<CoefficientSet> sets() {
    List<Activation> activations =
        List.of(
            Activations.GELU_TANH,
            Activations.QUICK_GELU,
            Activations.MISH,
            Activations.swish(1.5),
            CustomActivation.of("gumbel", "x*exp(-exp(-x))"),
            CustomActivation.of("my_mish", "x*tanh(log(1 + exp(x)))"),
            CustomActivation.of("my_code", x -> x.times(x.sigmoid())));
    FitRequest.Method method = new FitRequest.LeastSquares(false, 2001, -10, 10, 16, 1);
    return Fitter.fit(FitRequest.of(method, activations.toArray(Activation[]::new))).sets();
  }

  /**
   * Every bf16 input: y is f(x) rounded, the indicator S = [x ≥ T], and dx finite and near f′(x),
   * the paper's forms and the rounding of y being what they are.
   */
  @ParameterizedTest
  @MethodSource("sets")
  void forwardAndBackward(CoefficientSet set) {
    Dtype bf16 = Dtype.BF16;
    Activation f = set.activation();
    InvertedActivation runtime = Backends.of("scalar").open(set);
    int n = 1 << Short.SIZE;
    short[] x = new short[n];
    short[] y = new short[n];
    short[] dx = new short[n];
    byte[] indicator = new byte[n / Byte.SIZE];
    for (int i = 0; i < n; i++) {
      x[i] = (short) i;
    }
    runtime.forward(bf16, x, y, indicator);
    Arrays.fill(dx, bf16.encode(1.0f));
    runtime.backward(bf16, dx, y, indicator, dx);
    for (int i = 0; i < n; i++) {
      float input = bf16.decode(x[i]);
      float output = bf16.decode(y[i]);
      float derivative = bf16.decode(dx[i]);
      String where = set.name() + " at " + input;
      if (Float.isNaN(input)) {
        assertTrue(Float.isNaN(output) && Float.isNaN(derivative), where);
        continue;
      }
      assertEquals(
          input >= f.argmin(), (indicator[i / Byte.SIZE] >> (i % Byte.SIZE) & 1) == 1, where);
      assertEquals(bf16.decode(bf16.encode((float) f.value(input))), output, where);
      assertEquals(f.derivative(input), derivative, MAX_ERROR, where);
    }
  }
}
