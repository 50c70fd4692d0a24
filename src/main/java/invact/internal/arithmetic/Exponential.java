package invact.internal.arithmetic;

import invact.internal.program.ProgramBuilder;
import invact.internal.program.Value;

/**
 * e^E in fp32 for E ≤ 0, as 2^k·(1 + v) with k = round(E·log₂e).
 *
 * <pre>
 * z = fma(E, log₂e, 1.5·2²³ + 191)   the low bits of z are k + 191
 * r = E − k·ln 2                      with ln 2 in two parts; the first leaves no rounding error
 * v = e^r − 1 = fma(r·r, s(r), r)     s by Horner's scheme
 * </pre>
 *
 * <p>Domain: E from −130 to 0. The largest error of 1 + v is 1.2·10⁻⁷ relative, its rounding
 * included. The reduction is W. J. Cody and W. Waite, "Software Manual for the Elementary
 * Functions" (Prentice-Hall 1980), chapter 6.
 */
public final class Exponential {
  /** log₂e, rounded to fp32. */
  public static final float LOG2_E = 1.442695f;

  /**
   * 1.5·2²³: adding and subtracting it rounds a float below 2²² to an integer. Plus 127 + 64, the
   * bias of fp32's exponent and that of {@link #UNSCALE}.
   */
  public static final float ROUNDER = 0x1.8p23f + 191;

  /** The first 15 bits of ln 2; times an integer below 2⁹ it is exact. */
  public static final float LN2_HIGH = 0x1.62e4p-1f;

  /** ln 2 − {@link #LN2_HIGH}, rounded to fp32. */
  public static final float LN2_LOW = 1.4286068e-6f;

  /** 2⁻⁶⁴, which takes back the 64 of 2^(k + 64). */
  public static final float UNSCALE = 0x1p-64f;

  /** Added to the bits of 2^(k + 64), gives those of 2^k for k ≥ −126. */
  private static final int UNSCALE_BITS = -(64 << 23);

  /**
   * s by ascending power: minimax coefficients of (e^r − 1 − r)/r² on [−ln2/2, ln2/2]; largest
   * relative error of e^r before rounding 2⁻²⁸. Remade by {@code java -cp target/invact.jar
   * invact.fit.internal.tables.Main Exponential}.
   */
  private static final float[] S = {
    0.49999994f, 0.16666521f, 0.04166839f, 0.00836871f, 0.0013814612f
  };

  private final ProgramBuilder b;

  /** z: its low bits are k + 191. */
  private final Value z;

  /** r before its last rounding, in two parts. */
  private final Value head;

  private final Value tail;

  private final Value r;
  private final Value square;
  private final Value s;

  /** v: e^E is 2^k·(1 + v). */
  private final Value excess;

  /**
   * Writes e^(E + rest).
   *
   * @param b writes it
   * @param exponent E
   * @param rest at most half an ulp of E, or 0
   */
  Exponential(ProgramBuilder b, Value exponent, Value rest) {
    this.b = b;
    Value rounder = b.constant(ROUNDER);
    z = b.fma(exponent, b.constant(LOG2_E), rounder);
    Value k = b.subtract(z, rounder);
    head = b.fma(k, b.constant(-LN2_HIGH), exponent);
    tail = b.fma(k, b.constant(-LN2_LOW), rest);
    r = b.add(head, tail);
    s = b.horner(r, S.length - 1, j -> b.constant(S[j]));
    square = b.multiply(r, r);
    excess = b.fma(square, s, r);
  }

  /** v. */
  Value excess() {
    return excess;
  }

  /** Writes what the roundings of r and of v itself took from v. */
  Value lost() {
    Value ofR = b.subtract(tail, b.subtract(r, head));
    return b.add(b.fma(square, s, b.subtract(r, excess)), ofR);
  }

  /**
   * 2^(k + 64): a normal number even where 2^k is not. A last product with {@link #UNSCALE} is then
   * the only operation with a subnormal result.
   */
  Value scale() {
    return b.asFloat(b.shiftLeft(b.bits(z), 23));
  }

  /** e^(E + rest) itself, for E from −88.3 (k = −127, which gives 0) to 88. */
  Value power() {
    Value bits = b.add(b.shiftLeft(b.bits(z), 23), b.integer(UNSCALE_BITS));
    Value scale = b.asFloat(bits);
    return b.fma(scale, excess, scale);
  }

  /**
   * One coefficient of s.
   *
   * @param j its power, 0 to 4
   * @return the coefficient
   */
  public static float coefficient(int j) {
    return S[j];
  }
}
