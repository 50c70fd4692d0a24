package invact.fit.internal.minimax;

import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * The curve (u(x), v(x)), x from low to high, that a form is to approximate with weight w(x): the
 * error of an approximant q at x is w(x)·(q(u(x)) − v(x)).
 *
 * <p>The curve is smooth in x, and its features are about equally wide in x. The functions are pure
 * and compute with {@link StrictMath}, so that a fit has the same bits on every machine.
 *
 * @param low the least x, finite
 * @param high the largest x, finite and larger
 * @param height u(x), finite, at least 0 and strictly monotone
 * @param value v(x), finite
 * @param weight w(x), finite and positive, at single points 0
 * @param scale the unit of u, in which ranges of a form's coefficients are meant
 */
public record Curve(
    double low,
    double high,
    DoubleUnaryOperator height,
    DoubleUnaryOperator value,
    DoubleUnaryOperator weight,
    double scale) {
  /**
   * A curve.
   *
   * @throws IllegalArgumentException unless low &lt; high, both finite
   */
  public Curve {
    if (!(low < high && Double.isFinite(low) && Double.isFinite(high))) {
      throw new IllegalArgumentException(
          "low must be less than high, both finite: " + low + ", " + high);
    }
    Objects.requireNonNull(height, "height");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(weight, "weight");
  }

  /** A curve of scale 1. */
  public Curve(
      double low,
      double high,
      DoubleUnaryOperator height,
      DoubleUnaryOperator value,
      DoubleUnaryOperator weight) {
    this(low, high, height, value, weight, 1.0);
  }

  /** A curve of weight 1 and scale 1. */
  public Curve(double low, double high, DoubleUnaryOperator height, DoubleUnaryOperator value) {
    this(low, high, height, value, x -> 1.0);
  }

  /** This curve with another weight. */
  public Curve withWeight(DoubleUnaryOperator newWeight) {
    return new Curve(low, high, height, value, newWeight, scale);
  }

  /** The part of this curve from one x to another. */
  public Curve between(double newLow, double newHigh) {
    if (!(newLow >= low && newHigh <= high)) {
      throw new IllegalArgumentException(
          "[%s, %s] is not a part of [%s, %s]".formatted(newLow, newHigh, low, high));
    }
    return new Curve(newLow, newHigh, height, value, weight, scale);
  }

  /** The point at x. */
  Sample sample(double x) {
    return new Sample(x, height.applyAsDouble(x), value.applyAsDouble(x), weight.applyAsDouble(x));
  }
}
