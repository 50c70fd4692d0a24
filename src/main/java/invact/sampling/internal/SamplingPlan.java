package invact.sampling.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import java.util.Arrays;

/**
 * The samples of a least-squares fit: inputs uniform on a range, or outputs uniform on each
 * branch's image of it.
 *
 * @param sampling how the samples are laid out
 * @param points for {@link Sampling#UNIFORM_X} the number of samples over both branches, xᵢ = low +
 *     i·(high − low)/(points − 1); for {@link Sampling#UNIFORM_Y} the number on each branch
 * @param low least input, less than T
 * @param high largest input, greater than T
 */
public record SamplingPlan(Sampling sampling, int points, double low, double high) {
  /**
   * Samples of one branch.
   *
   * @param x the inputs
   * @param y the outputs
   */
  public record Points(double[] x, double[] y) {}

  /**
   * The samples of one branch.
   *
   * @param activation the activation
   * @param branch the branch
   * @return the samples, by ascending x or from T outwards
   */
  public Points points(Activation activation, Branch branch) {
    return switch (sampling) {
      case UNIFORM_X -> {
        double[] x = uniformInputs(activation, branch);
        yield new Points(x, Arrays.stream(x).map(activation::value).toArray());
      }
      case UNIFORM_Y -> {
        double[] y = uniformOutputs(activation, branch);
        yield new Points(inverses(activation, branch, y), y);
      }
    };
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
