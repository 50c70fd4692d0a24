package invact.activation.internal;

import invact.activation.Activation;
import invact.numeric.Dtype;

/**
 * The height above the minimum of an output rounded to a dtype, u = max((y − m) − offset, least),
 * in fp32.
 *
 * <p>A number of the dtype stands for a cell of exact outputs. With m the number nearest to f(T), d
 * the distance to the next number and c = m + d/2 − f(T), the cells next to T have the exact
 * heights [0, c], [c, c + d], [c + d, c + 2d] … Both f′ and x are proportional to √u next to T, so
 * that the middle of a cell in √u has the mean of f′ over the cell, and the smallest largest error.
 *
 * <ul>
 *   <li>{@code least} is the middle of the first cell, c/4.
 *   <li>{@code offset} makes the second cell's height its middle, ((√c + √(c + d))/2)². It is at
 *       least −c/4, so that the first cell keeps its height.
 *   <li>Cells further out are given heights that are wrong by less than d; their middles tend to y
 *       − f(T).
 * </ul>
 *
 * @param minimum m, the number of the dtype nearest to f(T)
 * @param offset subtracted from y − m
 * @param least the least height
 */
public record RoundedHeight(float minimum, float offset, float least) {
  /**
   * The height of an activation's outputs in a dtype.
   *
   * @param activation the activation
   * @param dtype the dtype of the outputs: fp32, bf16 or fp16
   * @return the height
   * @throws IllegalArgumentException if the dtype is fp64
   */
  public static RoundedHeight of(Activation activation, Dtype dtype) {
    if (dtype == Dtype.FP64) {
      throw new IllegalArgumentException("outputs in fp64 have a height of their own: y − f(T)");
    }
    double m = dtype.round(activation.minimum());
    double d = spacing(m, dtype);
    double c = m + 0.5 * d - activation.minimum();
    double least = 0.25 * c;
    double middle = 0.5 * (StrictMath.sqrt(c) + StrictMath.sqrt(c + d));
    double offset = StrictMath.max(d - middle * middle, -least);
    return new RoundedHeight((float) m, (float) offset, (float) least);
  }

  /**
   * The irreducible largest error of f′, which every function of a rounded output and the branch
   * has: half the range of f′ over the first or the second cell, to first order in √u. Higher
   * orders are below fp32's precision.
   *
   * @param activation the activation
   * @param dtype the dtype of the outputs: fp32, bf16 or fp16
   * @return the error
   */
  public static double largestErrorFloor(Activation activation, Dtype dtype) {
    double m = dtype.round(activation.minimum());
    double d = spacing(m, dtype);
    double c = m + 0.5 * d - activation.minimum();
    double slope = StrictMath.sqrt(2 * activation.secondDerivative(activation.argmin()));
    double second = StrictMath.sqrt(c + d) - StrictMath.sqrt(c);
    return 0.5 * slope * StrictMath.max(StrictMath.sqrt(c), second);
  }

  /** The distance from m &lt; 0 to the next number of a dtype. */
  private static double spacing(double m, Dtype dtype) {
    // Of the numbers above m < 0: half as far apart as those below if −m is a power of two.
    int exponent =
        StrictMath.max(StrictMath.getExponent(StrictMath.nextDown(-m)), dtype.leastExponent());
    return StrictMath.scalb(1.0, exponent - dtype.precision() + 1);
  }

  /**
   * u(y).
   *
   * @param y an output in the dtype; NaN gives NaN
   * @return the height, not below {@link #least}
   */
  public float of(float y) {
    return StrictMath.max((y - minimum) - offset, least);
  }
}
