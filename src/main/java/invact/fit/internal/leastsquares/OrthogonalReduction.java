package invact.fit.internal.leastsquares;

import java.util.Arrays;

/**
 * The triangular factor R of a tall matrix A = Q·R, for rows that come one at a time.
 *
 * <p>Rows collect in a block; a full block is folded into R by Householder reflections, each of
 * which touches one row of R and the block (C. L. Lawson, R. J. Hanson, 1974, <i>Solving least
 * squares problems</i>, ch. 27: sequential accumulation). The block stays in the nearest cache, so
 * that 20000 rows of 6 cost a fraction of a millisecond, and A is never stored. It is as stable as
 * one Householder factorization of A: each column of R is in error by a small multiple of 2⁻⁵³
 * times the length of that column of A.
 *
 * <p>An entry that is not finite, or whose square overflows, leaves an R that is not finite.
 */
public final class OrthogonalReduction {
  /** Rows in a block, a multiple of 4; 64 rows of 6 are 3 KiB. */
  private static final int BLOCK = 64;

  private final double[][] triangle;

  /** By columns, so that the loops over rows run along the memory. */
  private final double[][] block;

  private int rows;

  public OrthogonalReduction(int columns) {
    triangle = new double[columns][columns];
    block = new double[columns][BLOCK];
  }

  /** Adds the row (scale·head, last); head has all columns but one. */
  public void addRow(double scale, double[] head, double last) {
    for (int j = 0; j < head.length; j++) {
      block[j][rows] = scale * head[j];
    }
    block[head.length][rows] = last;
    if (++rows == BLOCK) {
      fold();
    }
  }

  /** The factor R of all rows so far: square, by rows, zero below the diagonal. */
  public double[][] triangle() {
    if (rows > 0) {
      for (double[] column : block) {
        Arrays.fill(column, rows, BLOCK, 0);
      }
      fold();
    }
    return triangle;
  }

  private void fold() {
    for (int j = 0; j < block.length; j++) {
      double[] reflector = block[j];
      double head = triangle[j][j];
      double norm = Math.sqrt(head * head + dot(reflector, reflector));
      if (norm == 0) {
        continue;
      }
      // The sign that adds to the head, so that nothing cancels.
      double diagonal = head > 0 ? -norm : norm;
      head -= diagonal;
      triangle[j][j] = diagonal;
      double half = -diagonal * head;
      for (int l = j + 1; l < block.length; l++) {
        double[] column = block[l];
        double factor = (head * triangle[j][l] + dot(reflector, column)) / half;
        triangle[j][l] -= factor * head;
        for (int i = 0; i < BLOCK; i++) {
          column[i] -= factor * reflector[i];
        }
      }
    }
    rows = 0;
  }

  /** The dot product in four interleaved sums: one would wait for each addition in turn. */
  private static double dot(double[] a, double[] b) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int i = 0; i < BLOCK; i += 4) {
      sum0 += a[i] * b[i];
      sum1 += a[i + 1] * b[i + 1];
      sum2 += a[i + 2] * b[i + 2];
      sum3 += a[i + 3] * b[i + 3];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }
}
