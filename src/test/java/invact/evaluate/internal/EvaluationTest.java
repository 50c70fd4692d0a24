package invact.evaluate.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.PublishedCoefficients;
import invact.coefficients.internal.ShippedSets;
import invact.evaluate.Evaluation;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorStats;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluationTest {
  private static final CoefficientSet GELU =
      PublishedCoefficients.of(Activations.GELU).orElseThrow();

  static List<String> shipped() {
    return ShippedSets.names();
  }

  /** 2·(2¹⁵ − 2⁷) finite bf16 numbers and 2·(2¹⁵ − 2¹⁰) finite fp16 numbers, both zeros counted. */
  @Test
  void everyFiniteSixteenBitInputIsTried() {
    assertEquals(65_280, Evaluation.of(GELU, Dtype.BF16).whole().count());
    assertEquals(63_488, Evaluation.of(GELU, Dtype.FP16).whole().count());
  }

  @ParameterizedTest
  @EnumSource
  void branchesAddUpToTheWhole(Dtype dtype) {
    Evaluation evaluation = Evaluation.of(GELU, dtype);
    ErrorStats left = evaluation.left();
    ErrorStats right = evaluation.right();
    ErrorStats whole = evaluation.whole();
    assertEquals(whole.count(), left.count() + right.count());
    assertEquals(whole.maxAbs(), StrictMath.max(left.maxAbs(), right.maxAbs()));
    // Sums taken in another order: relative 2⁻⁵⁰.
    double squares = left.sumOfSquares() + right.sumOfSquares();
    assertEquals(whole.sumOfSquares(), squares, squares * 0x1p-50);
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void doublePrecisionIsWhatTheSetStores(String name) {
    CoefficientSet set = ShippedSets.load(name);
    Evaluation evaluation = Evaluation.of(set, Dtype.FP64);
    assertEquals(set.left().derivativeError(), evaluation.left().summary());
    assertEquals(set.right().derivativeError(), evaluation.right().summary());
  }

  /**
   * fp32 adds to the approximation error what rounding y costs next to T, where f′ ≈ √(2f″(T)·u)
   * and all u of a class of outputs are one: half of what f′ takes in over the worst class, at most
   * 5.7·10⁻⁵ (Mish).
   */
  @ParameterizedTest
  @MethodSource("shipped")
  void singlePrecisionAddsLittle(String name) {
    CoefficientSet set = ShippedSets.load(name);
    double exact = Evaluation.of(set, Dtype.FP64).whole().maxAbs();
    double single = Evaluation.of(set, Dtype.FP32).whole().maxAbs();
    assertEquals(exact, single, 6e-5);
  }

  /**
   * Over the whole 16-bit grids, next to T; a height of y − f(T) alone was known to give 3.3e-2 and
   * 1.6e-2 in bf16, 2.0e-2 in fp16.
   */
  @Test
  void publishedSetsIn16Bits() {
    CoefficientSet silu = PublishedCoefficients.of(Activations.SILU).orElseThrow();
    assertEquals(2.73e-2, Evaluation.of(GELU, Dtype.BF16).whole().maxAbs(), 0.05e-2);
    assertEquals(1.33e-2, Evaluation.of(silu, Dtype.BF16).whole().maxAbs(), 0.05e-2);
    assertEquals(2.25e-2, Evaluation.of(GELU, Dtype.FP16).whole().maxAbs(), 0.05e-2);
  }

  @Test
  void noErrorIsNan() {
    for (String name : ShippedSets.names()) {
      for (Dtype dtype : Dtype.values()) {
        ErrorStats whole = Evaluation.of(ShippedSets.load(name), dtype).whole();
        assertTrue(whole.maxAbs() < 0.05, name + " " + dtype);
      }
    }
  }
}
