package invact.sampling.internal;

/**
 * The points xᵢ = low + (high − low)·sin²(πi/2n), i = 0 … n: the extrema of the Chebyshev
 * polynomial of degree n on [low, high]. They are dense at both ends, where errors of best
 * approximants oscillate fastest.
 */
public final class ChebyshevPoints {
  private ChebyshevPoints() {}

  /**
   * One point.
   *
   * @param low the point of index 0
   * @param high the point of index n
   * @param i the index
   * @param n the largest index
   * @return xᵢ
   */
  public static double at(double low, double high, int i, int n) {
    double half = StrictMath.sin(0.5 * StrictMath.PI * i / n);
    return i == n ? high : low + (high - low) * half * half;
  }
}
