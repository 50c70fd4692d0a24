package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TickLabelsTest {
  @Test
  void decimalsHaveAMinusSignAndNoZerosAtTheirEnd() {
    assertEquals("−0.15", TickLabels.decimal(-0.15));
    assertEquals("0", TickLabels.decimal(-0.0));
    assertEquals("20", TickLabels.decimal(20));
    // What three steps of 0.1 come to in doubles.
    assertEquals("0.3", TickLabels.decimal(0.1 + 0.2));
  }

  @Test
  void fixedDecimalsKeepTheirZeros() {
    assertEquals("−0.1700", TickLabels.decimal(-0.16997120747990366, 4));
  }

  @Test
  void powersHaveSuperscripts() {
    assertEquals("10⁻³", TickLabels.power(1e-3));
    assertEquals("10⁻¹²", TickLabels.power(1e-12));
    assertEquals("1", TickLabels.power(1));
    assertEquals("10²", TickLabels.power(99.99999999999999));
  }
}
