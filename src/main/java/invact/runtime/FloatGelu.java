package invact.runtime;

/**
 * GELU in fp32. With t = |x| and Q = Φ(−t) = P(t)·exp(−t²/2), −t·Q for x &lt; 0 and x − t·Q for x ≥
 * 0: neither loses relative precision. P is Mills' ratio over √(2π).
 *
 * <p>t² = −2·(E + e) exactly, e the rounding error of E. P is a polynomial of degree 7 in t less
 * its segment's centre; the segments end where t² + t + 1 is a power of two, so that their number
 * is the exponent of that. What the roundings of P and of t·P lose is kept and added at last; that
 * v does not multiply it is no loss.
 */
public record FloatGelu() implements FloatActivation {
  /** y is −0 from here down, and x itself from here up. */
  public static final float LIMIT = 15.0f;

  /** The degree of P. */
  public static final int DEGREE = 7;

  /** The number of segments. */
  public static final int SEGMENTS = 8;

  /** Where each segment's powers are taken from; made by {@code ForwardTablesTest}. */
  private static final float[] CENTRES = {
    0.98358154f, 1.753479f, 2.8354492f, 4.32135f, 6.272156f, 9.156128f, 12.963623f, 0.32385254f
  };

  /** A row for each power, ascending; made by {@code ForwardTablesTest}. */
  private static final float[][] MILLS = {
    {
      0.26385045f,
      0.18497181f,
      0.12743321f,
      0.08801173f,
      0.062098388f,
      0.043068916f,
      0.030594038f,
      0.39310834f
    },
    {
      -0.13942385f,
      -0.0745981f,
      -0.037611883f,
      -0.018612795f,
      -0.009451521f,
      -0.004597779f,
      -0.0023327062f,
      -0.27163315f
    },
    {
      0.0633579f,
      0.027082838f,
      0.010393334f,
      0.0037896698f,
      0.0014084964f,
      4.8553292E-4f,
      1.7685743E-4f,
      0.15256974f
    },
    {
      -0.025702218f,
      -0.009036338f,
      -0.002714103f,
      -7.4548123E-4f,
      -2.0575357E-4f,
      -5.073648E-5f,
      -1.3334324E-5f,
      -0.07407468f
    },
    {
      0.009517948f,
      0.0028086863f,
      6.7415193E-4f,
      1.4199439E-4f,
      2.9467195E-5f,
      5.2421656E-6f,
      9.990456E-7f,
      0.032139238f
    },
    {
      -0.0032645296f,
      -8.2168524E-4f,
      -1.6000941E-4f,
      -2.6189664E-5f,
      -4.1493226E-6f,
      -5.3613024E-7f,
      -7.4382406E-8f,
      -0.012723515f
    },
    {
      0.001071772f,
      2.3416651E-4f,
      3.7878282E-5f,
      4.928318E-6f,
      6.0498945E-7f,
      5.7641103E-8f,
      5.805367E-9f,
      0.0047689998f
    },
    {
      -3.416422E-4f,
      -6.22877E-5f,
      -8.844199E-6f,
      -9.57852E-7f,
      -8.2136914E-8f,
      -5.965639E-9f,
      -4.47209E-10f,
      -0.0016876849f
    },
  };

  @Override
  public float value(float x) {
    float size = Math.abs(x);
    float t = size > LIMIT ? LIMIT : size;
    float half = -0.5f * t;
    float exponent = t * half;
    float rest = Math.fma(t, half, -exponent);
    float z = Math.fma(exponent, LOG2_E, ROUNDER);
    float k = z - ROUNDER;
    float r = Math.fma(k, -LN2_HIGH, exponent) + Math.fma(k, -LN2_LOW, rest);
    float v = Math.fma(r * r, FloatExponential.series(r), r);
    float scale = Float.intBitsToFloat(Float.floatToRawIntBits(z) << 23);
    int segment = segment(Math.fma(t, t + 1.0f, 1.0f));
    float d = t - CENTRES[segment];
    float p = MILLS[DEGREE][segment];
    for (int j = DEGREE - 1; j > 0; j--) {
      p = Math.fma(p, d, MILLS[j][segment]);
    }
    float slope = p;
    p = Math.fma(slope, d, MILLS[0][segment]);
    float lost = Math.fma(slope, d, MILLS[0][segment] - p);
    float product = t * p;
    float correction = Math.fma(t, lost, Math.fma(t, p, -product));
    float below = product + Math.fma(product, v, correction);
    return Math.fma(below * scale, -UNSCALE, x < 0 ? -0.0f : x);
  }

  /** The exponent of w modulo 8; w in [1, 2) has 7. */
  static int segment(float w) {
    return Float.floatToRawIntBits(w) >>> 23 & SEGMENTS - 1;
  }

  /**
   * The centres by {@link #segment}.
   *
   * @return a copy
   */
  public static float[] centres() {
    return CENTRES.clone();
  }

  /**
   * One coefficient of all segments.
   *
   * @param j its power, 0 to {@value #DEGREE}
   * @return a copy
   */
  public static float[] coefficients(int j) {
    return MILLS[j].clone();
  }
}
