package invact.fit;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The column space of a Jacobian J (n×k, n ≥ k), by the singular values of J·D, where D scales each
 * column to unit length.
 *
 * <p>J·D = Q·R (Householder) and R = U·Σ·Vᵀ, so that the n×k matrix is swept once and only a k×k
 * one is decomposed. Scaling first makes the answers independent of the units of the parameters,
 * and is within √k of the best column scaling (van der Sluis, 1969, <i>Condition numbers and
 * equilibration of matrices</i>, Numer. Math. 14).
 */
final class TangentSpace {
  private final double[] columnLengths;
  private final double[] singularValues;
  private final double[][] v;

  private TangentSpace(double[] columnLengths, double[] singularValues, double[][] v) {
    this.columnLengths = columnLengths;
    this.singularValues = singularValues;
    this.v = v;
  }

  /** Decomposes a finite Jacobian, given by rows. */
  static TangentSpace of(double[][] jacobian) {
    int rows = jacobian.length;
    int columns = jacobian[0].length;
    double[][] scaled = new double[columns][rows];
    double[] lengths = new double[columns];
    for (int j = 0; j < columns; j++) {
      double squares = 0;
      for (int i = 0; i < rows; i++) {
        double entry = jacobian[i][j];
        scaled[j][i] = entry;
        squares = Math.fma(entry, entry, squares);
      }
      lengths[j] = Math.sqrt(squares);
      // A column of zeros stays one: its singular value of zero is the answer.
      double scale = lengths[j] > 0 ? lengths[j] : 1;
      for (int i = 0; i < rows; i++) {
        scaled[j][i] /= scale;
      }
    }
    SingularValueDecomposition svd = new SingularValueDecomposition(triangularFactor(scaled));
    return new TangentSpace(lengths, svd.getSingularValues(), svd.getV().getData());
  }

  /**
   * The factor R of A = Q·R by Householder reflections; Q is not formed.
   *
   * @param a the matrix by columns, overwritten
   */
  private static RealMatrix triangularFactor(double[][] a) {
    int columns = a.length;
    int rows = a[0].length;
    double[][] r = new double[columns][columns];
    for (int j = 0; j < columns; j++) {
      double[] reflector = a[j];
      double norm = Math.sqrt(dot(reflector, reflector, j));
      // The sign that adds to the diagonal entry, so that nothing cancels.
      double diagonal = reflector[j] > 0 ? -norm : norm;
      for (int i = 0; i < j; i++) {
        r[i][j] = reflector[i];
      }
      r[j][j] = diagonal;
      if (norm == 0) {
        continue;
      }
      reflector[j] -= diagonal;
      double half = -diagonal * reflector[j];
      for (int l = j + 1; l < columns; l++) {
        double[] column = a[l];
        double factor = dot(reflector, column, j) / half;
        for (int i = j; i < rows; i++) {
          column[i] -= factor * reflector[i];
        }
      }
    }
    return new Array2DRowRealMatrix(r, false);
  }

  private static double dot(double[] a, double[] b, int from) {
    double sum = 0;
    for (int i = from; i < a.length; i++) {
      sum = Math.fma(a[i], b[i], sum);
    }
    return sum;
  }

  /** The ratio of the largest to the smallest singular value of J·D; +∞ if the smallest is 0. */
  double conditionNumber() {
    double largest = singularValues[0];
    double smallest = singularValues[singularValues.length - 1];
    return smallest > 0 ? largest / smallest : Double.POSITIVE_INFINITY;
  }

  /** The diagonal of (JᵀJ)⁻¹ = D·V·Σ⁻²·Vᵀ·D, for a Jacobian of full rank. */
  double[] inverseGramDiagonal() {
    double[] diagonal = new double[columnLengths.length];
    for (int j = 0; j < diagonal.length; j++) {
      double squares = 0;
      for (int l = 0; l < singularValues.length; l++) {
        double term = v[j][l] / singularValues[l] / columnLengths[j];
        squares = Math.fma(term, term, squares);
      }
      diagonal[j] = squares;
    }
    return diagonal;
  }

  /**
   * The length of the projection of a vector r onto the columns of J, |Σ⁻¹·Vᵀ·D·Jᵀr|, for a
   * Jacobian of full rank.
   *
   * @param products Jᵀr
   */
  double projectionLength(double[] products) {
    double squares = 0;
    for (int l = 0; l < singularValues.length; l++) {
      double sum = 0;
      for (int j = 0; j < products.length; j++) {
        sum = Math.fma(v[j][l], products[j] / columnLengths[j], sum);
      }
      double component = sum / singularValues[l];
      squares = Math.fma(component, component, squares);
    }
    return Math.sqrt(squares);
  }
}
