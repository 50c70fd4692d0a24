package invact.runtime.vector;

import invact.approx.FloatApproximant;
import invact.runtime.FloatDerivative;
import java.util.Arrays;

/**
 * One branch's polynomial or rational in the root.
 *
 * @param centre what is taken from the root
 * @param cutoff where 1 takes over
 * @param numerator coefficients by falling power
 * @param denominator likewise; a polynomial's is 1, which divides exactly
 */
record Quotient(float centre, float cutoff, float[] numerator, float[] denominator) {
  /**
   * A branch as a quotient.
   *
   * @return null if it is none, or leads with −0, to which leading zeros would make a difference
   */
  static Quotient of(FloatDerivative derivative) {
    Quotient quotient =
        switch (derivative.q()) {
          case FloatApproximant.Polynomial p ->
              new Quotient(
                  p.centre(), p.cutoff(), falling(p.c(), 0, p.degree()), new float[] {1.0f});
          case FloatApproximant.Rational p -> {
            int m = p.numeratorDegree();
            int n = p.denominatorDegree();
            float[] denominator = Arrays.copyOf(falling(p.c(), m + 1, n - 1), n + 1);
            denominator[n] = 1.0f;
            yield new Quotient(p.centre(), p.cutoff(), falling(p.c(), 0, m), denominator);
          }
          default -> null;
        };
    return quotient != null && plain(quotient.numerator) && plain(quotient.denominator)
        ? quotient
        : null;
  }

  private static float[] falling(float[] c, int first, int degree) {
    float[] falling = new float[degree + 1];
    for (int j = 0; j <= degree; j++) {
      falling[degree - j] = c[first + j];
    }
    return falling;
  }

  private static boolean plain(float[] falling) {
    return Float.floatToIntBits(falling[0]) != Float.floatToIntBits(-0.0f);
  }

  /** Whether the degrees are no higher than these. */
  boolean fits(int numeratorDegree, int denominatorDegree) {
    return numerator.length <= numeratorDegree + 1 && denominator.length <= denominatorDegree + 1;
  }

  /** Leading zeros up to a degree, which leave Horner's scheme alone. */
  static float[] padded(float[] falling, int degree) {
    float[] padded = new float[degree + 1];
    System.arraycopy(falling, 0, padded, degree + 1 - falling.length, falling.length);
    return padded;
  }
}
