package invact.certify.internal;

/**
 * A closed interval of real numbers between two doubles; an infinite end stands for no bound.
 *
 * <p>Every operation encloses the exact results for all numbers of its operands: R. E. Moore, R. B.
 * Kearfott and M. J. Cloud, "Introduction to Interval Analysis", SIAM 2009, chapters 2 and 5. An
 * end is rounded outwards to the next double, unless the error of the operation is known to point
 * inwards or to be 0: that of a sum by Knuth's two-sum, that of a product by one fma. {@link
 * StrictMath#exp} and {@link StrictMath#pow} are within 1 ulp of the exact result by their
 * specification; an end goes two doubles outwards, since 1 ulp may be two of the doubles below a
 * power of two.
 *
 * @param low the lower end
 * @param high the upper end, not below the lower one
 */
record Interval(double low, double high) {
  static final Interval ZERO = new Interval(0, 0);
  static final Interval ONE = new Interval(1, 1);

  /** π; {@link Math#PI} is the double below it. */
  static final Interval PI = new Interval(StrictMath.PI, StrictMath.nextUp(StrictMath.PI));

  /** Products below it may be subnormal, and their errors be rounded themselves. */
  private static final double LEAST_EXACT = 0x1p-960;

  /**
   * An interval of two ends.
   *
   * @throws NoEnclosureException if an end is not a number or the ends are in the wrong order
   */
  Interval {
    if (!(low <= high)) {
      throw new NoEnclosureException("no interval from " + low + " to " + high);
    }
    // −0 would make equal intervals unequal.
    low += 0.0;
    high += 0.0;
  }

  /** The interval of one number. */
  static Interval of(double number) {
    return new Interval(number, number);
  }

  /** An interval around a real number that is known as the double nearest to it. */
  static Interval near(double nearest) {
    return new Interval(StrictMath.nextDown(nearest), StrictMath.nextUp(nearest));
  }

  boolean isZero() {
    return low == 0 && high == 0;
  }

  boolean contains(double number) {
    return low <= number && number <= high;
  }

  /** The number in the middle, rounded; it lies in the interval. */
  double middle() {
    double middle = 0.5 * low + 0.5 * high;
    return StrictMath.min(StrictMath.max(middle, low), high);
  }

  /** The largest |number| of the interval. */
  double magnitude() {
    return StrictMath.max(-low, high);
  }

  /** The least |number| of the interval. */
  double mignitude() {
    return StrictMath.max(0, StrictMath.max(low, -high));
  }

  /** The least interval that holds both. */
  Interval hull(Interval b) {
    return new Interval(StrictMath.min(low, b.low), StrictMath.max(high, b.high));
  }

  Interval negate() {
    return new Interval(-high, -low);
  }

  Interval plus(Interval b) {
    return new Interval(sumBelow(low, b.low), -sumBelow(-high, -b.high));
  }

  Interval minus(Interval b) {
    return new Interval(sumBelow(low, -b.high), -sumBelow(-high, b.low));
  }

  Interval times(Interval b) {
    if (low >= 0 && b.low >= 0) {
      return new Interval(productBelow(low, b.low), productAbove(high, b.high));
    }
    double below =
        StrictMath.min(
            StrictMath.min(productBelow(low, b.low), productBelow(low, b.high)),
            StrictMath.min(productBelow(high, b.low), productBelow(high, b.high)));
    double above =
        StrictMath.max(
            StrictMath.max(productAbove(low, b.low), productAbove(low, b.high)),
            StrictMath.max(productAbove(high, b.low), productAbove(high, b.high)));
    return new Interval(below, above);
  }

  Interval times(double factor) {
    return times(of(factor));
  }

  /**
   * The quotients.
   *
   * @throws NoEnclosureException if the divisor contains 0
   */
  Interval dividedBy(Interval b) {
    if (b.contains(0)) {
      throw new NoEnclosureException("division by an interval that contains 0");
    }
    if (b.high < 0) {
      return negate().dividedBy(b.negate());
    }
    double below = quotientBelow(low, low < 0 ? b.low : b.high);
    return new Interval(below, -quotientBelow(-high, high > 0 ? b.low : b.high));
  }

  /**
   * Square roots.
   *
   * @throws NoEnclosureException if the interval has a negative number
   */
  Interval sqrt() {
    if (low < 0) {
      throw new NoEnclosureException("root of an interval that has negative numbers");
    }
    double below = StrictMath.max(0, StrictMath.nextDown(StrictMath.sqrt(low)));
    return new Interval(below, high == 0 ? 0 : StrictMath.nextUp(StrictMath.sqrt(high)));
  }

  Interval exp() {
    double below = StrictMath.max(0, twiceDown(StrictMath.exp(low)));
    return new Interval(below, twiceUp(StrictMath.exp(high)));
  }

  /**
   * Powers with one exponent.
   *
   * @throws NoEnclosureException if the interval has a negative number, or 0 and the exponent is
   *     not positive
   */
  Interval power(double exponent) {
    if (low < 0 || low == 0 && exponent <= 0) {
      throw new NoEnclosureException("power of an interval that is not positive");
    }
    if (exponent == 0) {
      return ONE;
    }
    double first = exponent > 0 ? low : high;
    double last = exponent > 0 ? high : low;
    return new Interval(
        StrictMath.max(0, twiceDown(StrictMath.pow(first, exponent))),
        last == 0 ? 0 : twiceUp(StrictMath.pow(last, exponent)));
  }

  /** A natural power; one with an even exponent is not negative. */
  Interval power(int exponent) {
    if (exponent == 0) {
      return ONE;
    }
    Interval base = exponent % 2 == 0 ? new Interval(mignitude(), magnitude()) : this;
    return new Interval(powerBelow(base.low, exponent), -powerBelow(-base.high, exponent));
  }

  private static double sumBelow(double a, double b) {
    double sum = a + b;
    double part = sum - a;
    double error = (a - (sum - part)) + (b - part);
    // The comparison fails for a NaN too, after an overflow.
    return error >= 0 ? sum : StrictMath.nextDown(sum);
  }

  /** 0 times no bound is 0: the bound stands for numbers. */
  private static double productBelow(double a, double b) {
    if (a == 0 || b == 0) {
      return 0;
    }
    double product = a * b;
    boolean isBelow = StrictMath.abs(product) > LEAST_EXACT && StrictMath.fma(a, b, -product) >= 0;
    if (isBelow) {
      return product;
    }
    double below = StrictMath.nextDown(product);
    return a > 0 == b > 0 ? StrictMath.max(0, below) : below;
  }

  private static double productAbove(double a, double b) {
    return -productBelow(-a, b);
  }

  /** A number not above aⁿ, and for a &lt; 0 not above −|a|ⁿ. */
  private static double powerBelow(double a, int n) {
    double size = StrictMath.abs(a);
    double power = size;
    for (int k = 1; k < n; k++) {
      power = a >= 0 ? productBelow(power, size) : productAbove(power, size);
    }
    return a >= 0 ? power : -power;
  }

  private static double quotientBelow(double a, double b) {
    if (a == 0 || a > 0 && b == Double.POSITIVE_INFINITY) {
      return 0;
    }
    double below = StrictMath.nextDown(a / b);
    return a > 0 ? StrictMath.max(0, below) : below;
  }

  private static double twiceDown(double value) {
    return StrictMath.nextDown(StrictMath.nextDown(value));
  }

  private static double twiceUp(double value) {
    return StrictMath.nextUp(StrictMath.nextUp(value));
  }
}
