package invact.numeric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dtypes against their definitions in exact decimal arithmetic. */
class DtypePropertiesTest {
  private static final long SEED = 20;

  /** Sign, exponent and fraction, as IEEE 754 and the definition of bfloat16 put them together. */
  private static double defined(Dtype dtype, int bits) {
    int fractionBits = dtype.precision() - 1;
    int exponentBits = 15 - fractionBits;
    int bias = (1 << (exponentBits - 1)) - 1;
    int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
    int fraction = bits & (1 << fractionBits) - 1;
    double sign = bits >> 15 == 0 ? 1 : -1;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    double significand = fraction * StrictMath.pow(2, -fractionBits) + (exponent == 0 ? 0 : 1);
    return sign * significand * StrictMath.pow(2, StrictMath.max(exponent, 1) - bias);
  }

  /** The nearest multiple of the last place, ties to the even one. */
  private static double rounded(Dtype dtype, double x) {
    int exponent = StrictMath.max(StrictMath.getExponent(x), dtype.leastExponent());
    BigDecimal place =
        new BigDecimal(2).pow(exponent - dtype.precision() + 1, new java.math.MathContext(1100));
    double nearest =
        new BigDecimal(x)
            .divide(place, new java.math.MathContext(1100))
            .setScale(0, RoundingMode.HALF_EVEN)
            .multiply(place)
            .doubleValue();
    double overflowing =
        StrictMath.abs(nearest) > dtype.maxValue() ? Double.POSITIVE_INFINITY : nearest;
    return StrictMath.copySign(overflowing, x);
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "FP16"})
  void everyPatternIsTheNumberOfItsDefinition(Dtype dtype) {
    for (int bits = 0; bits < 1 << 16; bits++) {
      double expected = defined(dtype, bits);
      assertEquals(expected, dtype.decode((short) bits), "pattern " + bits);
      if (!Double.isNaN(expected)) {
        assertEquals((short) bits, dtype.encode((float) expected), "pattern " + bits);
        assertEquals(expected, dtype.round(expected), "pattern " + bits);
      }
    }
  }

  /** Of any exponent, within the dtype's range, and next to ties. */
  @ParameterizedTest
  @EnumSource(names = {"FP32", "BF16", "FP16"})
  void anyNumberIsRoundedToTheNearest(Dtype dtype) {
    SplittableRandom random = new SplittableRandom(SEED);
    int finite = 0;
    for (int i = 0; i < 30_000; i++) {
      double x =
          switch (i % 3) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 ->
                (random.nextDouble() - 0.5)
                    * StrictMath.pow(
                        2, random.nextInt(dtype.leastExponent() - 15, 2 - dtype.leastExponent()));
            default -> {
              double near =
                  dtype.round(StrictMath.pow(2, random.nextInt(-14, 15)) * random.nextDouble());
              double above =
                  near + StrictMath.ulp(near) * 0x1p52 * StrictMath.pow(2, -dtype.precision());
              yield random.nextBoolean() ? above : StrictMath.nextUp(above);
            }
          };
      if (Double.isFinite(x)) {
        double expected = rounded(dtype, x);
        assertEquals(expected, dtype.round(x), () -> x + ", seed " + SEED);
        if (dtype.isHalf() && (float) x == x) {
          assertEquals((float) expected, dtype.decode(dtype.encode((float) x)), "" + x);
        }
        finite += Double.isFinite(expected) ? 1 : 0;
      }
    }
    assertTrue(finite > 15_000, finite + " results are finite");
  }
}
