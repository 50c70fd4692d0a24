package invact.fit.internal.minimax;

import invact.form.internal.Form;
import java.util.List;
import java.util.Optional;

/**
 * Levels a form in its linear coefficients, with the others fixed: Σ cⱼ·w·φⱼ(u) + sᵢ·h = w·(v −
 * q₀(u)) with sᵢ = ±1 is a linear system for c and h.
 */
final class LinearReferenceSolver implements ReferenceSolver {
  private final Form form;

  /** The fixed coefficients; 0 at the linear ones. */
  private final double[] base;

  private final int[] linear;

  LinearReferenceSolver(Form form, double[] nonlinearCoefficients) {
    this.form = form;
    base = new double[form.coefficientCount()];
    boolean[] fixed = new boolean[base.length];
    for (int k = 0; k < nonlinearCoefficients.length; k++) {
      int index = form.nonlinear().get(k).index();
      base[index] = nonlinearCoefficients[k];
      fixed[index] = true;
    }
    linear = new int[base.length - nonlinearCoefficients.length];
    int count = 0;
    for (int j = 0; j < base.length; j++) {
      if (!fixed[j]) {
        linear[count++] = j;
      }
    }
  }

  @Override
  public int referenceSize() {
    return linear.length + 1;
  }

  @Override
  public Optional<double[]> level(List<Sample> reference) {
    int n = linear.length;
    double[][] matrix = new double[n + 1][n + 1];
    double[] rightSide = new double[n + 1];
    double[] gradient = new double[base.length];
    for (int i = 0; i <= n; i++) {
      Sample sample = reference.get(i);
      form.gradient(sample.height(), base, gradient);
      for (int j = 0; j < n; j++) {
        matrix[i][j] = sample.weight() * gradient[linear[j]];
      }
      matrix[i][n] = i % 2 == 0 ? 1 : -1;
      rightSide[i] = -sample.error(form, base);
    }
    double[] solution = Systems.solve(matrix, rightSide);
    double[] coefficients = base.clone();
    for (int j = 0; j < n; j++) {
      coefficients[linear[j]] = solution[j];
    }
    return Optional.of(coefficients);
  }
}
