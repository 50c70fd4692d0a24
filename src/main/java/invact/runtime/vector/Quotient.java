package invact.runtime.vector;

import invact.approx.FloatApproximant;
import invact.runtime.FloatDerivative;
import java.util.Arrays;

/**
 * One branch's polynomial or rational in the root, with leading zeros up to the degrees of a
 * kernel, which leave Horner's scheme alone.
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
   * @return null if it is none, or of higher degrees, or leads with −0, to which zeros before it
   *     would make a difference
   */
  static Quotient of(FloatDerivative derivative, int numeratorDegree, int denominatorDegree) {
    return switch (derivative.q()) {
      case FloatApproximant.Polynomial p ->
          padded(
              p.centre(),
              p.cutoff(),
              falling(p.c(), 0, p.degree()),
              numeratorDegree,
              new float[] {1.0f},
              denominatorDegree);
      case FloatApproximant.Rational p -> {
        int m = p.numeratorDegree();
        int n = p.denominatorDegree();
        float[] denominator = Arrays.copyOf(falling(p.c(), m + 1, n - 1), n + 1);
        denominator[n] = 1.0f;
        yield padded(
            p.centre(),
            p.cutoff(),
            falling(p.c(), 0, m),
            numeratorDegree,
            denominator,
            denominatorDegree);
      }
      default -> null;
    };
  }

  private static Quotient padded(
      float centre,
      float cutoff,
      float[] numerator,
      int numeratorDegree,
      float[] denominator,
      int denominatorDegree) {
    boolean fits =
        numerator.length <= numeratorDegree + 1
            && denominator.length <= denominatorDegree + 1
            && plain(numerator)
            && plain(denominator);
    return fits
        ? new Quotient(
            centre,
            cutoff,
            padded(numerator, numeratorDegree),
            padded(denominator, denominatorDegree))
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

  private static float[] padded(float[] falling, int degree) {
    float[] padded = new float[degree + 1];
    System.arraycopy(falling, 0, padded, degree + 1 - falling.length, falling.length);
    return padded;
  }
}
