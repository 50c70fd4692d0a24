package invact.activation;

/** Solves f(x) = y on one monotone branch of an activation. */
final class BranchInverse {
  /** Newton doubles the digits and bisection halves the bracket: 200 steps exhaust a double. */
  private static final int MAX_STEPS = 200;

  private BranchInverse() {}

  static double solve(Activation f, double y, Branch branch) {
    if (Double.isNaN(y) || (branch == Branch.LEFT && y > 0)) {
      throw new IllegalArgumentException(
          f.name() + " does not take the value " + y + " on its " + branch.label() + " branch");
    }
    if (y <= f.minimum()) {
      return f.argmin();
    }
    if (branch == Branch.LEFT && y == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (y == Double.POSITIVE_INFINITY) {
      return Double.POSITIVE_INFINITY;
    }
    double near = f.argmin();
    double width = 1.0;
    double far = near + branch.sign() * width;
    while (f.value(far) < y) {
      near = far;
      width *= 2;
      far = f.argmin() + branch.sign() * width;
    }
    double x = 0.5 * (near + far);
    for (int step = 0; step < MAX_STEPS; step++) {
      double residual = f.value(x) - y;
      if (residual == 0) {
        return x;
      }
      if (residual < 0) {
        near = x;
      } else {
        far = x;
      }
      double next = x - residual / f.derivative(x);
      // The comparison fails for a NaN too, as when f′ vanishes at T.
      boolean inside = next > StrictMath.min(near, far) && next < StrictMath.max(near, far);
      if (!inside) {
        next = 0.5 * (near + far);
      }
      if (next == x || next == near || next == far) {
        return next;
      }
      x = next;
    }
    return x;
  }
}
