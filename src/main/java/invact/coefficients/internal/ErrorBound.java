package invact.coefficients.internal;

/**
 * What is proved of a largest error: it lies between two numbers.
 *
 * @param lower a number that the largest error is not below
 * @param upper a number that it is not above
 * @param at an input where the error is {@code lower} or more, or comes as near to it as one likes
 */
public record ErrorBound(double lower, double upper, double at) {
  /**
   * The bound of two sets of inputs together.
   *
   * @param other the bound of the other inputs
   * @return what is proved of both
   */
  public ErrorBound or(ErrorBound other) {
    return new ErrorBound(
        StrictMath.max(lower, other.lower),
        StrictMath.max(upper, other.upper),
        lower >= other.lower ? at : other.at);
  }
}
