package invact.fit.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.activation.Target;
import invact.fit.internal.leastsquares.Samples;
import invact.sampling.internal.Sampling;
import java.util.Arrays;

/**
 * The experimental design of a fit: which inputs the target is sampled at.
 *
 * @param sampling how the samples are laid out
 * @param points for {@link Sampling#UNIFORM_X} the number of samples over both branches, xᵢ = low +
 *     i·(high − low)/(points − 1); for {@link Sampling#UNIFORM_Y} the number on each branch
 * @param low least input
 * @param high largest input
 */
public record SamplingPlan(Sampling sampling, int points, double low, double high) {
  /** 20001 inputs uniform on [−10, 10]. */
  public static final SamplingPlan DEFAULT =
      new SamplingPlan(Sampling.UNIFORM_X, 20_001, -10.0, 10.0);

  /** More would overflow the memory of an ordinary machine before they changed a digit. */
  private static final int MAX_POINTS = 10_000_000;

  /**
   * A design over a range.
   *
   * @throws IllegalArgumentException if there are fewer than 2 or more than 10⁷ points, or the
   *     range is empty or not finite
   */
  public SamplingPlan {
    if (points < 2 || points > MAX_POINTS) {
      throw new IllegalArgumentException("points must be from 2 to " + MAX_POINTS + ": " + points);
    }
    if (!(low < high) || Double.isInfinite(high - low)) {
      throw new IllegalArgumentException(
          "range " + low + ":" + high + " is empty or not finite: its low end comes first");
    }
  }

  /**
   * Complains of a range that does not have both branches in it.
   *
   * @param activation the activation
   * @throws IllegalArgumentException unless low &lt; T &lt; high
   */
  public void requireBothBranches(Activation activation) {
    if (!(low < activation.argmin() && activation.argmin() < high)) {
      throw new IllegalArgumentException(
          "range "
              + low
              + ":"
              + high
              + " does not contain "
              + activation.name()
              + "'s argmin T = "
              + activation.argmin()
              + ": both branches need samples");
    }
  }

  Samples samples(Activation activation, Branch branch, Target target) {
    requireBothBranches(activation);
    double[] x;
    double[] y;
    switch (sampling) {
      case UNIFORM_X -> {
        x = uniformInputs(activation, branch);
        y = values(activation, x);
      }
      case UNIFORM_Y -> {
        y = uniformOutputs(activation, branch);
        x = inverses(activation, branch, y);
      }
      default -> throw new AssertionError(sampling);
    }
    double[] lift = new double[x.length];
    double[] value = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      lift[i] = activation.lift(y[i]);
      value[i] = target.value(activation, x[i]);
    }
    return new Samples(x, y, lift, value);
  }

  private double[] uniformInputs(Activation activation, Branch branch) {
    double[] all = new double[points];
    int count = 0;
    for (int i = 0; i < points; i++) {
      double x = between(low, high, i);
      if (activation.branch(x) == branch) {
        all[count++] = x;
      }
    }
    return Arrays.copyOf(all, count);
  }

  private double[] uniformOutputs(Activation activation, Branch branch) {
    double end = activation.value(branch == Branch.LEFT ? low : high);
    double[] y = new double[points];
    for (int i = 0; i < points; i++) {
      y[i] = between(activation.minimum(), end, i);
    }
    return y;
  }

  private static double[] values(Activation activation, double[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = activation.value(x[i]);
    }
    return y;
  }

  private double[] inverses(Activation activation, Branch branch, double[] y) {
    double[] x = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      x[i] = activation.inverse(y[i], branch);
    }
    // The end of the range is known, and its image may have underflowed.
    x[x.length - 1] = branch == Branch.LEFT ? low : high;
    return x;
  }

  private double between(double from, double to, int i) {
    return i == points - 1 ? to : from + i * ((to - from) / (points - 1));
  }
}
