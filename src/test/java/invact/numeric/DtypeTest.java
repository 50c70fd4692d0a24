package invact.numeric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DtypeTest {
  private static final long SEED = 7;

  @ParameterizedTest
  @EnumSource(names = {"BF16", "FP16"})
  void everyPatternSurvivesDecodingAndEncoding(Dtype format) {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = format.decode((short) bits);
      if (Float.isNaN(value)) {
        assertTrue(Float.isNaN(format.decode(format.encode(value))), "NaN " + bits);
      } else {
        assertEquals((short) bits, format.encode(value), "pattern " + bits);
      }
    }
  }

  /** Nearest by exact decimal distance, ties to the even pattern: independent of bit tricks. */
  @ParameterizedTest
  @EnumSource(names = {"BF16", "FP16"})
  void roundsToNearestTiesToEven(Dtype format) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 20_000; i++) {
      int bits = random.nextInt(0, 0x7F00);
      double low = format.decode((short) bits);
      double high = format.decode((short) (bits + 1));
      if (!(high <= format.maxValue())) {
        continue;
      }
      double middle = low + (high - low) / 2;
      double below = StrictMath.nextDown(middle);
      double above = StrictMath.nextUp(middle);
      double even = (bits & 1) == 0 ? low : high;
      double between = low + random.nextDouble() * (high - low);
      assertEquals(even, format.round(middle), "tie above pattern " + bits);
      assertEquals(low, format.round(below), "just below the tie above pattern " + bits);
      assertEquals(high, format.round(above), "just above the tie above pattern " + bits);
      assertEquals(nearest(between, low, high), format.round(between), "seed " + SEED);
      assertEquals(-even, format.round(-middle));
    }
  }

  @Test
  void overflowsToInfinityFromHalfAStepAboveTheLargest() {
    for (Dtype format : new Dtype[] {Dtype.BF16, Dtype.FP16}) {
      double max = format.maxValue();
      double step = StrictMath.scalb(1.0, StrictMath.getExponent(max) - format.precision() + 1);
      assertEquals(max, format.round(StrictMath.nextDown(max + step / 2)));
      assertEquals(Double.POSITIVE_INFINITY, format.round(max + step / 2));
    }
  }

  @Test
  void keepsSpecialValues() {
    for (Dtype format : Dtype.values()) {
      assertTrue(Double.isNaN(format.round(Double.NaN)));
      assertEquals(Double.NEGATIVE_INFINITY, format.round(Double.NEGATIVE_INFINITY));
      assertEquals(-0.0, format.round(-0.0));
    }
    // The payload of this signalling NaN lies in the half that bf16 drops.
    assertTrue(Float.isNaN(Dtype.BF16.decode(Dtype.BF16.encode(Float.intBitsToFloat(0x7F800001)))));
  }

  @Test
  void namesAreReadBack() {
    for (Dtype format : Dtype.values()) {
      assertEquals(format, Dtype.of(format.label()));
    }
    String message =
        assertThrows(IllegalArgumentException.class, () -> Dtype.of("fp8")).getMessage();
    assertTrue(message.contains("'fp8'") && message.contains("bf16"), message);
  }

  private static double nearest(double x, double low, double high) {
    BigDecimal exact = new BigDecimal(x);
    int order = exact.subtract(new BigDecimal(low)).compareTo(new BigDecimal(high).subtract(exact));
    if (order == 0) {
      throw new AssertionError("a tie is tested elsewhere");
    }
    return order < 0 ? low : high;
  }
}
