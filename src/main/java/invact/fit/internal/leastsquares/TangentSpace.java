package invact.fit.internal.leastsquares;

import java.util.stream.IntStream;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The singular values of J·D, where J is a Jacobian or a factor R of J = Q·R, which has the same,
 * and D scales each column to unit length.
 *
 * <p>Scaling makes the answers independent of the units of the parameters, and is within √k of the
 * scaling of k columns that makes the condition number least (A. van der Sluis, 1969, <i>Condition
 * numbers and equilibration of matrices</i>, Numer. Math. 14).
 */
public final class TangentSpace {
  private static final double LEAST_SHARE = 0.1;

  private final double[] columnLengths;
  private final SingularValueDecomposition svd;

  /** Decomposes a finite matrix with at least as many rows as columns. */
  public TangentSpace(RealMatrix jacobian) {
    RealMatrix scaled = jacobian.copy();
    columnLengths = new double[jacobian.getColumnDimension()];
    for (int j = 0; j < columnLengths.length; j++) {
      double length = jacobian.getColumnVector(j).getNorm();
      columnLengths[j] = length;
      if (length > 0) {
        scaled.setColumnVector(j, jacobian.getColumnVector(j).mapDivide(length));
      }
    }
    svd = new SingularValueDecomposition(scaled);
  }

  /** The ratio of the largest to the smallest singular value of J·D; +∞ if the smallest is 0. */
  public double conditionNumber() {
    double[] values = svd.getSingularValues();
    double smallest = values[values.length - 1];
    return smallest > 0 ? values[0] / smallest : Double.POSITIVE_INFINITY;
  }

  /**
   * The columns that take part in the directions in which J·D is nearly 0.
   *
   * @param leastRatio a singular value counts as 0 up to this fraction of the largest one
   * @return their indices, those whose share of such a direction is at least {@value #LEAST_SHARE}
   */
  public int[] undetermined(double leastRatio) {
    double[] values = svd.getSingularValues();
    RealMatrix v = svd.getV();
    return IntStream.range(0, columnLengths.length)
        .filter(j ->
            IntStream.range(0, values.length)
                .filter(l -> values[l] <= leastRatio * values[0])
                .anyMatch(l -> Math.abs(v.getEntry(j, l)) >= LEAST_SHARE))
        .toArray();
  }

  /** √[(JᵀJ)⁻¹]ⱼⱼ for each column, with (JᵀJ)⁻¹ = D·V·Σ⁻²·Vᵀ·D, for a matrix of full rank. */
  public double[] inverseGramRootDiagonal() {
    double[] values = svd.getSingularValues();
    RealMatrix v = svd.getV();
    double[] roots = new double[columnLengths.length];
    for (int j = 0; j < roots.length; j++) {
      double squares = 0;
      for (int l = 0; l < values.length; l++) {
        double term = v.getEntry(j, l) / values[l];
        squares += term * term;
      }
      roots[j] = Math.sqrt(squares) / columnLengths[j];
    }
    return roots;
  }

  /** (JᵀJ)⁻¹, for a matrix of full rank. */
  public double[][] inverseGram() {
    double[] values = svd.getSingularValues();
    RealMatrix v = svd.getV();
    double[][] inverse = new double[columnLengths.length][columnLengths.length];
    for (int i = 0; i < inverse.length; i++) {
      for (int j = 0; j < inverse.length; j++) {
        for (int l = 0; l < values.length; l++) {
          inverse[i][j] += v.getEntry(i, l) / values[l] * (v.getEntry(j, l) / values[l]);
        }
        inverse[i][j] /= columnLengths[i] * columnLengths[j];
      }
    }
    return inverse;
  }

  /** |Jⱼ|. */
  public double columnLength(int j) {
    return columnLengths[j];
  }
}
