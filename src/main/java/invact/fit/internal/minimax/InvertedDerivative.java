package invact.fit.internal.minimax;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.Scale;
import invact.form.internal.Form;

/**
 * The curve that an approximator of one branch is fitted to: u(x) = f(x) − f(T) against the
 * target's value at x, weighted so that the error is the error of f′.
 */
public final class InvertedDerivative {
  /** f′ nearer than this to its limit at ±∞ has reached it: a quarter of the ulp below 1. */
  private static final double NEGLIGIBLE = 0x1p-55;

  /** Where f(x) − f(T) cancels so much that its root would lose more than 50 ulp; in scales. */
  private static final double NEAR_ARGMIN = 0x1p-4;

  /** Steps in which the far end is sought; in scales. */
  private static final double END_STEP = 0.125;

  /** Cut-offs are multiples of this many scales: few digits, and exact in every dtype. */
  private static final double CUTOFF_STEP = 0x1p-3;

  /** Multiples of this are exact in fp32 and fp16, and near enough to the far end; in √scale. */
  private static final double FAR_STEP = 0x1p-10;

  /**
   * Nodes and weights of the five-point Gauss–Legendre rule on [0, 1]: ½ ± ½√(5 ∓ 2√(10/7))/3; M.
   * Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, table 25.4.
   */
  private static final double[] GAUSS_NODES = {
    0.04691007703066800, 0.23076534494715845, 0.5, 0.76923465505284155, 0.95308992296933200
  };

  private static final double[] GAUSS_WEIGHTS = {
    0.11846344252809454,
    0.23931433524968324,
    0.28444444444444444,
    0.23931433524968324,
    0.11846344252809454
  };

  private InvertedDerivative() {}

  /**
   * A whole branch: from T to where f′ has reached its limit in double precision.
   *
   * @param activation the activation
   * @param branch the branch
   * @param target what is approximated
   * @return the curve
   */
  public static Curve of(Activation activation, Branch branch, Target target) {
    return between(activation, branch, target, end(activation, branch), Double.POSITIVE_INFINITY);
  }

  /**
   * As much of a branch as a form approximates: up to its cut-off, if it has one.
   *
   * @param activation the activation
   * @param branch the branch
   * @param target what is approximated
   * @param form the form
   * @return the curve
   * @throws IllegalArgumentException if the form has a cut-off and the branch is the left one,
   *     where f′ does not tend to 1
   */
  public static Curve of(Activation activation, Branch branch, Target target, Form form) {
    if (form.cutoff() == Double.POSITIVE_INFINITY) {
      return of(activation, branch, target);
    }
    if (branch == Branch.LEFT) {
      throw new IllegalArgumentException(
          form.name() + " ends in f′ = 1 and cannot serve the left branch");
    }
    return upTo(activation, target, form.cutoff());
  }

  /**
   * The right branch up to a cut-off.
   *
   * @param activation the activation
   * @param target what is approximated
   * @param cutoff the largest height, finite and positive
   * @return the curve
   */
  public static Curve upTo(Activation activation, Target target, double cutoff) {
    if (!(cutoff > 0 && cutoff < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("cutoff must be positive and finite: " + cutoff);
    }
    double far = activation.inverse(cutoff + activation.minimum(), Branch.RIGHT);
    // x is right to its last bit; the height of that may be an ulp beyond the cut-off.
    return between(activation, Branch.RIGHT, target, far, cutoff);
  }

  /**
   * The least cut-off, as a multiple of ⅛ of the scale, beyond which |f′ − 1| stays within a
   * tolerance on the right branch.
   *
   * @param activation the activation
   * @param tolerance the largest |f′ − 1|, positive
   * @return the height
   */
  public static double cutoff(Activation activation, double tolerance) {
    if (!(tolerance > 0)) {
      throw new IllegalArgumentException("tolerance must be positive: " + tolerance);
    }
    double unit = CUTOFF_STEP * Scale.of(activation);
    double end = activation.height(activation.value(end(activation, Branch.RIGHT)));
    // Multiples of the unit. Inwards from the end by steps that double, since an algebraic tail has
    // millions of multiples; then by halves.
    double within = StrictMath.ceil(end / unit);
    double beyond = within;
    for (double step = 1; beyond > 0 && isWithin(activation, beyond * unit, tolerance); step *= 2) {
      within = beyond;
      beyond = StrictMath.max(0, within - step);
    }
    while (within - beyond > 1) {
      double middle = StrictMath.floor(0.5 * (within + beyond));
      if (isWithin(activation, middle * unit, tolerance)) {
        within = middle;
      } else {
        beyond = middle;
      }
    }
    return within * unit;
  }

  /** Whether |f′ − 1| is within a tolerance at a height of the right branch. */
  private static boolean isWithin(Activation activation, double height, double tolerance) {
    double x = activation.inverse(height + activation.minimum(), Branch.RIGHT);
    return StrictMath.abs(activation.derivative(x) - 1.0) <= tolerance;
  }

  /**
   * The centre for powers of the root on the left branch: the far end √|f(T)| of the branch, where
   * best rationals have their poles and zeros, rounded down to a multiple of 2⁻¹⁰ of √scale.
   *
   * @param activation the activation
   * @return the root
   */
  public static double leftCentre(Activation activation) {
    double unit = FAR_STEP * StrictMath.sqrt(Scale.of(activation));
    return StrictMath.floor(StrictMath.sqrt(-activation.minimum()) / unit) * unit;
  }

  /**
   * The centre for powers of the root on the right branch: the middle of [0, √cutoff], to a
   * multiple of ⅛ of √scale.
   *
   * @param activation the activation
   * @param cutoff the largest height, positive
   * @return the root
   */
  public static double rightCentre(Activation activation, double cutoff) {
    double unit = CUTOFF_STEP * StrictMath.sqrt(Scale.of(activation));
    return StrictMath.rint(0.5 * StrictMath.sqrt(cutoff) / unit) * unit;
  }

  private static Curve between(
      Activation activation, Branch branch, Target target, double far, double largestHeight) {
    double argmin = activation.argmin();
    double scale = Scale.of(activation);
    return new Curve(
        branch == Branch.LEFT ? far : argmin,
        branch == Branch.LEFT ? argmin : far,
        x -> StrictMath.min(height(activation, scale, x), largestHeight),
        x -> target.value(activation, x),
        x -> {
          // The derivative is linear in the target's value; this is the slope.
          double y = activation.value(x);
          return StrictMath.abs(target.derivative(1.0, y) - target.derivative(0.0, y));
        },
        scale);
  }

  /**
   * f(x) − f(T), near T as the integral of f′, so that its root is right to a few ulp there too:
   * the difference of the two values would leave an error of 10⁻⁹ in the root next to T. The
   * five-point rule is exact to rounding: its error is below 10⁻¹⁷ of f′s eleventh derivative in
   * units of the scale.
   */
  private static double height(Activation activation, double scale, double x) {
    double argmin = activation.argmin();
    double distance = x - argmin;
    if (StrictMath.abs(distance) > NEAR_ARGMIN * scale) {
      return activation.height(activation.value(x));
    }
    double sum = 0;
    for (int i = 0; i < GAUSS_NODES.length; i++) {
      sum += GAUSS_WEIGHTS[i] * activation.derivative(argmin + distance * GAUSS_NODES[i]);
    }
    return StrictMath.max(distance * sum, 0.0);
  }

  /** The x beyond which |f′(x) − f′(±∞)| is negligible. */
  private static double end(Activation activation, Branch branch) {
    double limit = branch == Branch.LEFT ? 0.0 : 1.0;
    double scale = Scale.of(activation);
    double step = END_STEP * scale;
    double distance = scale;
    while (!negligible(activation, branch, distance, limit)
        || !negligible(activation, branch, 2 * distance, limit)) {
      distance *= 2;
    }
    while (negligible(activation, branch, distance - step, limit)) {
      distance -= step;
    }
    return activation.argmin() + branch.sign() * distance;
  }

  private static boolean negligible(
      Activation activation, Branch branch, double distance, double limit) {
    double x = activation.argmin() + branch.sign() * distance;
    return StrictMath.abs(activation.derivative(x) - limit) <= NEGLIGIBLE;
  }
}
