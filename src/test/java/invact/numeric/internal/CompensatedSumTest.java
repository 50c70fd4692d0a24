package invact.numeric.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CompensatedSumTest {
  @Test
  void keepsWhatAPlainSumLoses() {
    CompensatedSum sum = new CompensatedSum();
    for (double term : new double[] {1.0, 1e100, 1.0, -1e100}) {
      sum.add(term);
    }
    assertEquals(2.0, sum.value());
  }

  /** Bound: relative 2⁻⁵² for terms of one sign, however many; a plain sum drifts by some 10⁻¹². */
  @Test
  void doesNotDriftOverAMillionTerms() {
    SplittableRandom random = new SplittableRandom(5);
    CompensatedSum sum = new CompensatedSum();
    BigDecimal exact = BigDecimal.ZERO;
    for (int i = 0; i < 1_000_000; i++) {
      double term = random.nextDouble();
      sum.add(term);
      exact = exact.add(new BigDecimal(term));
    }
    assertEquals(exact.doubleValue(), sum.value(), exact.doubleValue() * 0x1p-52);
  }
}
