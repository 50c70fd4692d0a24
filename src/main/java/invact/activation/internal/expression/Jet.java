package invact.activation.internal.expression;

import invact.numeric.internal.Logistic;
import invact.numeric.internal.NormalDistribution;

/**
 * A function's value and first two derivatives at one x: Taylor arithmetic of order two, exact up
 * to rounding (L. B. Rall, "Automatic Differentiation", Springer 1981, chapter 5).
 *
 * <p>Every function keeps the relative precision of its result and of its derivatives, where these
 * are small too: errors are below 4 ulp of normal numbers, measured against 40-digit values on the
 * points of {@code reference/functions.csv}. A formula keeps what it does not cancel itself: {@code
 * x.exp().plus(1).log()} loses the left tail that {@code x.softplus()} keeps. Of an overflow (∞/∞,
 * 0·∞) a formula makes a NaN, never a guess.
 *
 * @param value f(x)
 * @param first f′(x)
 * @param second f″(x)
 */
public record Jet(double value, double first, double second) {
  /**
   * The function x itself.
   *
   * @param x where
   * @return (x, 1, 0)
   */
  public static Jet variable(double x) {
    return new Jet(x, 1, 0);
  }

  /**
   * A function that does not depend on x.
   *
   * @param c its value
   * @return (c, 0, 0)
   */
  public static Jet constant(double c) {
    return new Jet(c, 0, 0);
  }

  /**
   * Whether value and derivatives all are numbers.
   *
   * @return true if none is infinite or NaN
   */
  public boolean isFinite() {
    return Double.isFinite(value) && Double.isFinite(first) && Double.isFinite(second);
  }

  /**
   * The sum.
   *
   * @param b the other summand
   * @return f + b
   */
  public Jet plus(Jet b) {
    return new Jet(value + b.value, first + b.first, second + b.second);
  }

  /**
   * The sum with a number.
   *
   * @param c the number
   * @return f + c
   */
  public Jet plus(double c) {
    return new Jet(value + c, first, second);
  }

  /**
   * The difference.
   *
   * @param b what is taken away
   * @return f − b
   */
  public Jet minus(Jet b) {
    return new Jet(value - b.value, first - b.first, second - b.second);
  }

  /**
   * The negative.
   *
   * @return −f
   */
  public Jet negate() {
    return new Jet(-value, -first, -second);
  }

  /**
   * The product.
   *
   * @param b the other factor
   * @return f·b
   */
  public Jet times(Jet b) {
    return new Jet(
        value * b.value,
        first * b.value + value * b.first,
        second * b.value + 2 * (first * b.first) + value * b.second);
  }

  /**
   * The product with a number.
   *
   * @param c the number
   * @return c·f
   */
  public Jet times(double c) {
    return new Jet(c * value, c * first, c * second);
  }

  /**
   * The quotient.
   *
   * @param b the divisor
   * @return f/b
   */
  public Jet dividedBy(Jet b) {
    double q = value / b.value;
    double q1 = (first - q * b.first) / b.value;
    return new Jet(q, q1, (second - 2 * (q1 * b.first) - q * b.second) / b.value);
  }

  /**
   * The power. A negative base needs an exponent that does not depend on x and is a whole number.
   *
   * @param b the exponent
   * @return f^b
   */
  public Jet power(Jet b) {
    if (!b.isConstant()) {
      if (isConstant() && value == 0 && b.value > 0) {
        // 0 to any power nearby is 0 too; ln 0 is none of its derivatives.
        return constant(StrictMath.pow(value, b.value));
      }
      // exp(b·ln f) would magnify the rounding of the exponent b·ln f times.
      double power = StrictMath.pow(value, b.value);
      return b.times(log()).chain(power, power, power);
    }
    double n = b.value;
    // A factor of 0 stands for 0, whatever the power beside it does at 0.
    double p1 = n == 0 ? 0 : n * StrictMath.pow(value, n - 1);
    double p2 = n == 0 || n == 1 ? 0 : n * (n - 1) * StrictMath.pow(value, n - 2);
    return chain(StrictMath.pow(value, n), p1, p2);
  }

  /**
   * The exponential.
   *
   * @return exp(f)
   */
  public Jet exp() {
    double e = StrictMath.exp(value);
    return chain(e, e, e);
  }

  /**
   * The exponential less 1.
   *
   * @return exp(f) − 1
   */
  public Jet expm1() {
    double e = StrictMath.exp(value);
    return chain(StrictMath.expm1(value), e, e);
  }

  /**
   * The natural logarithm.
   *
   * @return ln(f)
   */
  public Jet log() {
    return chain(StrictMath.log(value), 1 / value, -1 / value / value);
  }

  /**
   * The natural logarithm of 1 + f.
   *
   * @return ln(1 + f)
   */
  public Jet log1p() {
    double d = 1 + value;
    return chain(StrictMath.log1p(value), 1 / d, -1 / d / d);
  }

  /**
   * The square root.
   *
   * @return √f
   */
  public Jet sqrt() {
    double root = StrictMath.sqrt(value);
    return chain(root, 0.5 / root, -0.25 / root / value);
  }

  /**
   * The hyperbolic tangent.
   *
   * @return tanh(f)
   */
  public Jet tanh() {
    double t = StrictMath.tanh(value);
    // 1 − tanh² would cancel.
    double m = StrictMath.exp(-2 * StrictMath.abs(value));
    double slope = 4 * m / ((1 + m) * (1 + m));
    return chain(t, slope, -2 * t * slope);
  }

  /**
   * The hyperbolic sine.
   *
   * @return sinh(f)
   */
  public Jet sinh() {
    double s = StrictMath.sinh(value);
    return chain(s, StrictMath.cosh(value), s);
  }

  /**
   * The hyperbolic cosine.
   *
   * @return cosh(f)
   */
  public Jet cosh() {
    double c = StrictMath.cosh(value);
    return chain(c, StrictMath.sinh(value), c);
  }

  /**
   * The sine.
   *
   * @return sin(f)
   */
  public Jet sin() {
    double s = StrictMath.sin(value);
    return chain(s, StrictMath.cos(value), -s);
  }

  /**
   * The cosine.
   *
   * @return cos(f)
   */
  public Jet cos() {
    double c = StrictMath.cos(value);
    return chain(c, -StrictMath.sin(value), -c);
  }

  /**
   * The inverse tangent.
   *
   * @return atan(f)
   */
  public Jet atan() {
    double slope = 1 / (1 + value * value);
    // value² may overflow, slope² underflow.
    return chain(StrictMath.atan(value), slope, -2 * (value * slope) * slope);
  }

  /**
   * The logistic function.
   *
   * @return σ(f) = 1/(1 + exp(−f))
   */
  public Jet sigmoid() {
    double s = Logistic.sigmoid(value);
    double slope = s * Logistic.sigmoid(-value);
    // σ(−f) − σ(f) = −tanh(f/2) would cancel near 0.
    return chain(s, slope, -slope * StrictMath.tanh(0.5 * value));
  }

  /**
   * The integral of the logistic function.
   *
   * @return ln(1 + exp(f))
   */
  public Jet softplus() {
    double s = Logistic.sigmoid(value);
    double tail = StrictMath.log1p(StrictMath.exp(-StrictMath.abs(value)));
    return chain(StrictMath.max(value, 0) + tail, s, s * Logistic.sigmoid(-value));
  }

  /**
   * The error function.
   *
   * @return erf(f)
   */
  public Jet erf() {
    double slope = NormalDistribution.erfSlope(value);
    return chain(NormalDistribution.erf(value), slope, -2 * value * slope);
  }

  /**
   * The standard normal distribution function.
   *
   * @return Φ(f)
   */
  public Jet normalCumulative() {
    double density = NormalDistribution.density(value);
    return chain(NormalDistribution.cumulative(value), density, -value * density);
  }

  /**
   * The absolute value; at 0 with the right-hand derivative of |x|.
   *
   * @return |f|
   */
  public Jet abs() {
    return value < 0 ? negate() : this;
  }

  /**
   * The smaller of two.
   *
   * @param b the other
   * @return min(f, b); f where they are equal
   */
  public Jet min(Jet b) {
    return value <= b.value || Double.isNaN(value) ? this : b;
  }

  /**
   * The larger of two.
   *
   * @param b the other
   * @return max(f, b); f where they are equal
   */
  public Jet max(Jet b) {
    return value >= b.value || Double.isNaN(value) ? this : b;
  }

  private boolean isConstant() {
    return first == 0 && second == 0;
  }

  /**
   * h(f), where g, g1, g2 are h, h′, h″ at f; an infinite h′ does not matter where f stands still.
   * What has no value, as log(−1), has no derivatives.
   */
  private Jet chain(double g, double g1, double g2) {
    if (Double.isNaN(g)) {
      return new Jet(g, g, g);
    }
    return isConstant() ? constant(g) : new Jet(g, g1 * first, g2 * (first * first) + g1 * second);
  }
}
