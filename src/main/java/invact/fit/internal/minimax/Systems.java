package invact.fit.internal.minimax;

import invact.fit.FitException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.SingularMatrixException;

/** Linear systems, by Householder QR after scaling each column to a largest entry of 1. */
final class Systems {
  private Systems() {}

  /**
   * The x that minimises |A·x − b|.
   *
   * @throws FitException if a column of A is 0 or depends on the others to rounding
   */
  static double[] solve(double[][] matrix, double[] rightSide) {
    int columns = matrix[0].length;
    double[] scales = new double[columns];
    for (double[] row : matrix) {
      for (int j = 0; j < columns; j++) {
        scales[j] = StrictMath.max(scales[j], StrictMath.abs(row[j]));
      }
    }
    double[][] scaled = new double[matrix.length][columns];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < columns; j++) {
        scaled[i][j] = matrix[i][j] / scales[j];
      }
    }
    double[] solution;
    try {
      solution =
          new QRDecomposition(new Array2DRowRealMatrix(scaled, false))
              .getSolver()
              .solve(new ArrayRealVector(rightSide, false))
              .toArray();
    } catch (SingularMatrixException e) {
      throw new FitException("degenerate: the form's functions are linearly dependent there", e);
    }
    for (int j = 0; j < columns; j++) {
      solution[j] /= scales[j];
      if (!Double.isFinite(solution[j])) {
        throw new FitException("degenerate: a function of the form vanishes at all points");
      }
    }
    return solution;
  }
}
