package invact.form.internal;

import java.util.OptionalDouble;

/**
 * Where a polynomial comes to 0 on an interval, or so near to it that rounding may take it there.
 *
 * <p>Decided for the whole interval, not for points of it: a part of half-width w about m is clear
 * if |p(m)| exceeds Σ |p⁽ᵏ⁾(m)/k!|·wᵏ over k ≥ 1, the most that p can change there, by more than
 * rounding may take away; a part that is not is halved. Rounding may take away the share that the
 * caller gives of Σ |cⱼ|·|t|ʲ, which has to cover the roundings made here too, at most 4·n·2⁻⁵³ of
 * that sum.
 */
final class AwayFromZero {
  /** More halvings than there are doubles between any two. */
  private static final int MAX_DEPTH = 1100;

  private final double[] c;
  private final double share;

  private AwayFromZero(double[] c, double share) {
    this.c = c;
    this.share = share;
  }

  /**
   * The first place found, from the lower end on.
   *
   * @param c the coefficients of t⁰, t¹ …
   * @param low the lower end
   * @param high the upper end
   * @param share what rounding may take away, as a share of Σ |cⱼ|·|t|ʲ
   * @return a t, or nothing if p stays away from 0
   */
  static OptionalDouble fails(double[] c, double low, double high, double share) {
    return new AwayFromZero(c, share).fails(low, high, 0);
  }

  private OptionalDouble fails(double low, double high, int depth) {
    double middle = 0.5 * low + 0.5 * high;
    // Covers both ends, whichever way the middle was rounded.
    double width = StrictMath.nextUp(StrictMath.max(middle - low, high - middle));
    double[] shifted = shifted(middle);
    double change = 0;
    for (int k = shifted.length - 1; k >= 1; k--) {
      change = (change + StrictMath.abs(shifted[k])) * width;
    }
    double value = StrictMath.abs(shifted[0]);
    if (value - change > share * size(StrictMath.abs(middle) + width)) {
      return OptionalDouble.empty();
    }
    boolean isZero = !(value > 2 * share * size(StrictMath.abs(middle)));
    if (isZero || depth == MAX_DEPTH) {
      return OptionalDouble.of(middle);
    }
    OptionalDouble below = fails(low, middle, depth + 1);
    return below.isPresent() ? below : fails(middle, high, depth + 1);
  }

  /** The coefficients of the powers of t − m: Horner's scheme, again and again. */
  private double[] shifted(double m) {
    double[] shifted = c.clone();
    for (int k = 0; k < shifted.length - 1; k++) {
      for (int j = shifted.length - 2; j >= k; j--) {
        shifted[j] = StrictMath.fma(shifted[j + 1], m, shifted[j]);
      }
    }
    return shifted;
  }

  /** Σ |cⱼ|·tʲ, t ≥ 0. */
  private double size(double t) {
    double size = 0;
    for (int j = c.length - 1; j >= 0; j--) {
      size = size * t + StrictMath.abs(c[j]);
    }
    return size;
  }
}
