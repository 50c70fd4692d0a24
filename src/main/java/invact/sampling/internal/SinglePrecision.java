package invact.sampling.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.sampling.Density;
import invact.sampling.internal.QuantizationCells.Input;
import java.util.ArrayList;
import java.util.List;

/**
 * A sample of fp32's inputs, since 2³² are too many to be counted: each branch is cut into cells,
 * narrow next to T, and one input of each stands for it, with all that share its output.
 *
 * <p>Those inputs are a stretch of consecutive numbers, on which f′ is all but linear. So three of
 * them, the two ends and the middle, take the place of all: weighted so that mean and variance are
 * right.
 */
final class SinglePrecision {
  private static final int CELLS = 8192;

  /** The part of the line that is cut has all but this share of the probability. */
  private static final double NEGLIGIBLE = 0x1p-50;

  private final Activation activation;
  private final List<Input> inputs = new ArrayList<>();

  private SinglePrecision(Activation activation) {
    this.activation = activation;
  }

  static List<Input> inputs(Activation activation, Density density) {
    double t = activation.argmin();
    double all = density.probability(-Float.MAX_VALUE, Float.MAX_VALUE);
    double reach = 1;
    while (reach < Float.MAX_VALUE / 4
        && density.probability(t - reach, t + reach) < (1 - NEGLIGIBLE) * all) {
      reach *= 2;
    }
    SinglePrecision sample = new SinglePrecision(activation);
    for (Branch branch : Branch.values()) {
      for (int i = 0; i < CELLS; i++) {
        double near = t + branch.sign() * distance(reach, i);
        double far = t + branch.sign() * distance(reach, i + 1);
        double weight = density.probability(StrictMath.min(near, far), StrictMath.max(near, far));
        if (weight > 0) {
          sample.addClass(t + branch.sign() * distance(reach, i + 0.5), branch, weight);
        }
      }
    }
    return sample.inputs;
  }

  private static double distance(double reach, double cell) {
    return BranchSampling.distance(reach, cell / CELLS);
  }

  private void addClass(double x, Branch branch, double weight) {
    float within = (float) x;
    while (activation.branch(within) != branch) {
      // Rounding took it across T.
      within = branch == Branch.LEFT ? StrictMath.nextDown(within) : StrictMath.nextUp(within);
    }
    float y = (float) activation.value(within);
    int first = end(ordinal(within), -1, branch, y);
    int last = end(ordinal(within), 1, branch, y);
    double count = (double) last - first + 1;
    // n numbers at equal steps h have the variance h²·(n² − 1)/12, the ends ((n − 1)·h/2)².
    double ends = count == 1 ? 0 : (count + 1) / (3 * (count - 1));
    add(number(first), branch, y, 0.5 * ends * weight);
    add(number((int) (first + ((long) last - first) / 2)), branch, y, (1 - ends) * weight);
    add(number(last), branch, y, 0.5 * ends * weight);
  }

  private void add(float x, Branch branch, float y, double weight) {
    if (weight > 0) {
      inputs.add(new Input(x, branch, y, weight, activation.derivative(x)));
    }
  }

  /** The last number in one direction whose output is y: f is monotone on a branch. */
  private int end(int start, int direction, Branch branch, float y) {
    long same = start;
    long step = 1;
    while (shares(same + direction * step, branch, y)) {
      same += direction * step;
      step *= 2;
    }
    while (step > 1) {
      step /= 2;
      if (shares(same + direction * step, branch, y)) {
        same += direction * step;
      }
    }
    return (int) same;
  }

  private boolean shares(long ordinal, Branch branch, float y) {
    if (StrictMath.abs(ordinal) > ordinal(Float.MAX_VALUE)) {
      return false;
    }
    float x = number((int) ordinal);
    return activation.branch(x) == branch && Float.compare((float) activation.value(x), y) == 0;
  }

  /** The place of a finite number among all: 0 for 0, 1 for the next one above it. */
  private static int ordinal(float x) {
    int bits = Float.floatToRawIntBits(x);
    return bits >= 0 ? bits : Integer.MIN_VALUE - bits;
  }

  private static float number(int ordinal) {
    return Float.intBitsToFloat(ordinal >= 0 ? ordinal : Integer.MIN_VALUE - ordinal);
  }
}
