package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.Form;
import java.util.List;
import java.util.Optional;

/**
 * Levels a form in all its coefficients by Newton's method on w·(q(u; c) − v) = sᵢ·h, from the
 * coefficients it found last.
 */
final class NewtonReferenceSolver implements ReferenceSolver {
  /** Newton doubles the digits a step: it needs a handful, or is not where it converges. */
  private static final int MAX_STEPS = 50;

  private static final int MAX_HALVINGS = 20;

  /** Relative to the levelled error. */
  private static final double TOLERANCE = 1e-10;

  private final Form form;
  private double[] coefficients;

  NewtonReferenceSolver(Form form, double[] start) {
    this.form = form;
    coefficients = start.clone();
  }

  @Override
  public int referenceSize() {
    return coefficients.length + 1;
  }

  @Override
  public Optional<double[]> level(List<Sample> reference) {
    int n = coefficients.length;
    double[] c = coefficients;
    double level = 0;
    for (int i = 0; i <= n; i++) {
      level += sign(i) * reference.get(i).error(form, c) / (n + 1);
    }
    double distance = distance(reference, c, level);
    for (int step = 0; step < MAX_STEPS; step++) {
      if (distance <= TOLERANCE * StrictMath.abs(level)) {
        coefficients = c;
        return Optional.of(c.clone());
      }
      double[] change;
      try {
        change = newtonStep(reference, c, level);
      } catch (FitException e) {
        return Optional.empty();
      }
      double[] next = null;
      double nextLevel = 0;
      double nextDistance = Double.POSITIVE_INFINITY;
      double factor = 1;
      for (int halving = 0; halving < MAX_HALVINGS && !(nextDistance < distance); halving++) {
        next = c.clone();
        for (int j = 0; j < n; j++) {
          next[j] += factor * change[j];
        }
        nextLevel = level + factor * change[n];
        nextDistance = distance(reference, next, nextLevel);
        factor *= 0.5;
      }
      if (!(nextDistance < distance)) {
        return Optional.empty();
      }
      c = next;
      level = nextLevel;
      distance = nextDistance;
    }
    return Optional.empty();
  }

  private double[] newtonStep(List<Sample> reference, double[] c, double level) {
    int n = c.length;
    double[][] matrix = new double[n + 1][n + 1];
    double[] rightSide = new double[n + 1];
    double[] gradient = new double[n];
    for (int i = 0; i <= n; i++) {
      Sample sample = reference.get(i);
      form.gradient(sample.height(), c, gradient);
      for (int j = 0; j < n; j++) {
        matrix[i][j] = sample.weight() * gradient[j];
      }
      matrix[i][n] = -sign(i);
      rightSide[i] = sign(i) * level - sample.error(form, c);
    }
    return Systems.solve(matrix, rightSide);
  }

  private double distance(List<Sample> reference, double[] c, double level) {
    double largest = 0;
    for (int i = 0; i < reference.size(); i++) {
      largest =
          StrictMath.max(
              largest, StrictMath.abs(reference.get(i).error(form, c) - sign(i) * level));
    }
    return largest;
  }

  private static double sign(int i) {
    return i % 2 == 0 ? 1 : -1;
  }
}
