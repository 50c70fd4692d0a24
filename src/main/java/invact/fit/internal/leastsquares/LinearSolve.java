package invact.fit.internal.leastsquares;

import invact.form.internal.Form;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.SingularMatrixException;

/**
 * The coefficients in which a form is linear, given the others: the inner step of variable
 * projection (G. H. Golub and V. Pereyra, SIAM J. Numer. Anal. 10 (1973) 413–432).
 */
public final class LinearSolve {
  /** Below this, relative to its column, a diagonal element of R is rounding error. */
  private static final double SINGULARITY_THRESHOLD = 1e-13;

  private LinearSolve() {}

  /**
   * Replaces the linear coefficients in {@code c} by those that minimise Σ (valueᵢ − q(uᵢ; c))².
   *
   * @return whether they are determined; where the other coefficients make a basis function vanish
   *     or overflow, they are not, and {@code c} is left as it was
   */
  public static boolean solve(Form form, Samples samples, double[] c) {
    int[] linear = linearIndices(form);
    int n = samples.count();
    double[][] basis = new double[n][linear.length];
    double[] rest = new double[n];
    double[] gradient = new double[c.length];
    double[] withoutLinear = c.clone();
    for (int j : linear) {
      withoutLinear[j] = 0;
    }
    for (int i = 0; i < n; i++) {
      double u = samples.height()[i];
      form.gradient(u, c, gradient);
      for (int j = 0; j < linear.length; j++) {
        basis[i][j] = gradient[linear[j]];
      }
      rest[i] = samples.value()[i] - form.value(u, withoutLinear);
    }
    double[] length = columnLengths(basis, linear.length);
    for (double l : length) {
      if (!(l > 0 && l < Double.POSITIVE_INFINITY)) {
        return false;
      }
    }
    for (double[] row : basis) {
      for (int j = 0; j < linear.length; j++) {
        row[j] /= length[j];
      }
    }
    try {
      double[] solution =
          new QRDecomposition(new Array2DRowRealMatrix(basis, false), SINGULARITY_THRESHOLD)
              .getSolver()
              .solve(new ArrayRealVector(rest, false))
              .toArray();
      for (int j = 0; j < linear.length; j++) {
        c[linear[j]] = solution[j] / length[j];
      }
      return true;
    } catch (SingularMatrixException e) {
      return false;
    }
  }

  private static int[] linearIndices(Form form) {
    Set<Integer> nonlinear = new HashSet<>();
    for (Form.NonlinearCoefficient coefficient : form.nonlinear()) {
      nonlinear.add(coefficient.index());
    }
    int[] linear = new int[form.coefficientCount() - nonlinear.size()];
    int count = 0;
    for (int j = 0; j < form.coefficientCount(); j++) {
      if (!nonlinear.contains(j)) {
        linear[count++] = j;
      }
    }
    return linear;
  }

  private static double[] columnLengths(double[][] rows, int columns) {
    double[] length = new double[columns];
    for (double[] row : rows) {
      for (int j = 0; j < columns; j++) {
        length[j] += row[j] * row[j];
      }
    }
    for (int j = 0; j < columns; j++) {
      length[j] = StrictMath.sqrt(length[j]);
    }
    return length;
  }
}
