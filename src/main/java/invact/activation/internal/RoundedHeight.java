package invact.activation.internal;

import invact.activation.Activation;
import invact.numeric.Dtype;

/**
 * The lift of an output that was rounded to a format, u = max((y − m) − offset, least), in fp32.
 *
 * <p>Next to T the numbers of a format lie far apart in the root √u, and each stands for a class of
 * outputs. With m the number nearest to f(T), d the distance to the next one and c = m + d/2 −
 * f(T), the exact lifts of the classes are [0, c], [c, c + d], [c + d, c + 2d] … f′ is proportional
 * to the root there, and x to it as well, so that the root in the middle of a class stands for the
 * class best, for the mean of f′ over it and for the largest error alike: the lift c/4 in the first
 * class, which is {@code least}, and ((√c + √(c + d))/2)² in the second, which gives {@code
 * offset}; but no less than −c/4, so that the first class stays where it is. In the classes beyond,
 * the middles come ever nearer to y − f(T); what the offset takes too much or too little is less
 * than d.
 *
 * @param minimum m, the number of the format nearest to f(T)
 * @param offset what is taken from y − m
 * @param least the least lift
 */
public record RoundedHeight(float minimum, float offset, float least) {
  /**
   * The lift of an activation's outputs in a format.
   *
   * @param activation the activation
   * @param format the format of the outputs: fp32, bf16 or fp16
   * @return the lift
   * @throws IllegalArgumentException if the format is fp64
   */
  public static RoundedHeight of(Activation activation, Dtype format) {
    if (format == Dtype.FP64) {
      throw new IllegalArgumentException("outputs in fp64 have a lift of their own: y − f(T)");
    }
    double m = format.round(activation.minimum());
    double d = spacing(m, format);
    double c = m + 0.5 * d - activation.minimum();
    double least = 0.25 * c;
    double middle = 0.5 * (StrictMath.sqrt(c) + StrictMath.sqrt(c + d));
    double offset = StrictMath.max(d - middle * middle, -least);
    return new RoundedHeight((float) m, (float) offset, (float) least);
  }

  /**
   * The least that the largest error of f′ can be, from an output rounded to a format and the
   * branch: half the range of f′ over the first or the second class, to the first order in the
   * root, which in fp32 is all there is.
   *
   * @param activation the activation
   * @param format the format of the outputs: fp32, bf16 or fp16
   * @return the floor, of any decoder
   */
  public static double largestErrorFloor(Activation activation, Dtype format) {
    double m = format.round(activation.minimum());
    double d = spacing(m, format);
    double c = m + 0.5 * d - activation.minimum();
    double slope = StrictMath.sqrt(2 * activation.secondDerivative(activation.argmin()));
    double second = StrictMath.sqrt(c + d) - StrictMath.sqrt(c);
    return 0.5 * slope * StrictMath.max(StrictMath.sqrt(c), second);
  }

  /** From m &lt; 0 to the next number of a format. */
  private static double spacing(double m, Dtype format) {
    // Of the numbers above m < 0: half as far apart as those below if −m is a power of two.
    int exponent =
        StrictMath.max(StrictMath.getExponent(StrictMath.nextDown(-m)), format.leastExponent());
    return StrictMath.scalb(1.0, exponent - format.precision() + 1);
  }

  /**
   * u(y).
   *
   * @param y an output in the format; NaN gives NaN
   * @return the lift, not below {@link #least}
   */
  public float of(float y) {
    return StrictMath.max((y - minimum) - offset, least);
  }
}
