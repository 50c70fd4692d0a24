package invact.form.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Where fp32 has to take more care than double precision, whose range is wider. */
class FloatApproximantTest {
  @Test
  void overflowOfTheFactorDoesNotMeetTheVanishingExponential() {
    FloatApproximant q = FloatApproximant.of(new Approximant(new PaperRight(), -1, 1, 4, 0.01, 0));
    assertEquals(1.0f, q.value(Float.MAX_VALUE));
  }

  @Test
  void liftBeyondTheDepthCountsAsTheDepth() {
    Approximant approximant = new Approximant(new PaperGeluLeft(0.125), 0.25, -0.5, 0.5, 0.8);
    assertEquals(0.25f, FloatApproximant.of(approximant).value(0.17f));
  }
}
