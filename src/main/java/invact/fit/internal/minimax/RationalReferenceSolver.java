package invact.fit.internal.minimax;

import invact.form.internal.RootRational;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.exception.MathArithmeticException;
import org.apache.commons.math3.exception.MathIllegalStateException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * Levels a rational function p/q of type (m, n) on N = m + n + 2 points.
 *
 * <p>The levelled error ±h satisfies p(tᵢ) = q(tᵢ)·(vᵢ − sᵢ·h/wᵢ), sᵢ = ±1. A vector of N numbers
 * is the values of a polynomial of degree m exactly if it is orthogonal to uᵢ·tᵢᵏ for k ≤ n, where
 * uᵢ = 1/∏(tᵢ − tⱼ); this eliminates p and leaves Bᵀ·U·V·B·b = h·Bᵀ·U·S·B·b for the coefficients b
 * of q, B the powers of t. The signs of u alternate like s, so that U·S is definite and the problem
 * is a symmetric one: with U·S = ±G² and the factorization G·B = Q·R, h and R·b are eigenvalue and
 * eigenvector of the (n + 1)×(n + 1) matrix Qᵀ·diag(sᵢ·wᵢ·vᵢ)·Q. All eigenvalues are real; at most
 * one eigenvector gives a q without a change of sign between the points, and that is the one. (R.
 * Pachón and L. N. Trefethen, "Barycentric-Remez algorithms for best polynomial approximation in
 * the chebfun system", BIT 49 (2009); S.-I. Filip, Y. Nakatsukasa, L. N. Trefethen and B.
 * Beckermann, "Rational minimax approximation via adaptive barycentric representations", SIAM J.
 * Sci. Comput. 40 (2018), section 4.)
 */
final class RationalReferenceSolver implements ReferenceSolver {
  private final RootRational form;

  /** The range of √u − centre, and the scale that takes it into [−1, 1]. */
  private final double least;

  private final double largest;
  private final double scale;

  /** For roots between the two given. */
  RationalReferenceSolver(RootRational form, double[] rootRange) {
    this.form = form;
    least = rootRange[0] - form.centre();
    largest = rootRange[1] - form.centre();
    scale = StrictMath.max(StrictMath.abs(least), StrictMath.abs(largest));
  }

  @Override
  public int referenceSize() {
    return form.coefficientCount() + 1;
  }

  @Override
  public Optional<double[]> level(List<Sample> reference) {
    int count = referenceSize();
    int n = form.denominatorDegree();
    double[] t = new double[count];
    for (int i = 0; i < count; i++) {
      t[i] = (reference.get(i).root() - form.centre()) / scale;
    }
    double[] g = new double[count];
    double[][] powers = new double[count][n + 1];
    for (int i = 0; i < count; i++) {
      double product = reference.get(i).weight();
      for (int j = 0; j < count; j++) {
        if (j != i) {
          product *= StrictMath.abs(t[i] - t[j]);
        }
      }
      g[i] = 1.0 / StrictMath.sqrt(product);
      double power = g[i];
      for (int k = 0; k <= n; k++) {
        powers[i][k] = power;
        power *= t[i];
      }
    }
    QRDecomposition qr = new QRDecomposition(new Array2DRowRealMatrix(powers, false));
    RealMatrix q = qr.getQ();
    double[][] symmetric = new double[n + 1][n + 1];
    for (int k = 0; k <= n; k++) {
      for (int l = 0; l <= k; l++) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
          Sample sample = reference.get(i);
          sum += q.getEntry(i, k) * q.getEntry(i, l) * sign(i) * sample.weight() * sample.value();
        }
        symmetric[k][l] = sum;
        symmetric[l][k] = sum;
      }
    }
    EigenDecomposition eigen;
    try {
      eigen = new EigenDecomposition(new Array2DRowRealMatrix(symmetric, false));
    } catch (MathIllegalStateException | MathArithmeticException e) {
      // Points so close that the matrix is not finite, or nearly so.
      return Optional.empty();
    }
    Optional<double[]> best = Optional.empty();
    double bestLevel = Double.POSITIVE_INFINITY;
    for (int k = 0; k <= n; k++) {
      double level = eigen.getRealEigenvalue(k);
      if (StrictMath.abs(level) < bestLevel) {
        Optional<double[]> coefficients =
            coefficients(reference, t, level, denominator(qr.getR(), eigen, k));
        if (coefficients.isPresent()) {
          best = coefficients;
          bestLevel = StrictMath.abs(level);
        }
      }
    }
    return best;
  }

  /** The coefficients of q in powers of t: back substitution in R·b = eigenvector. */
  private static double[] denominator(RealMatrix r, EigenDecomposition eigen, int k) {
    double[] b = eigen.getEigenvector(k).toArray();
    for (int i = b.length - 1; i >= 0; i--) {
      for (int j = i + 1; j < b.length; j++) {
        b[i] -= r.getEntry(i, j) * b[j];
      }
      b[i] /= r.getEntry(i, i);
    }
    return b;
  }

  /** The form's coefficients; nothing if the denominator has a root in the range. */
  private Optional<double[]> coefficients(
      List<Sample> reference, double[] t, double level, double[] b) {
    int m = form.numeratorDegree();
    double constant = b[0];
    for (int k = 0; k < b.length; k++) {
      b[k] /= constant;
      if (!Double.isFinite(b[k])) {
        return Optional.empty();
      }
    }
    if (!Positivity.holds(b, least / scale, largest / scale)) {
      return Optional.empty();
    }
    double[][] matrix = new double[t.length][m + 1];
    double[] rightSide = new double[t.length];
    for (int i = 0; i < t.length; i++) {
      double q = b[b.length - 1];
      for (int k = b.length - 2; k >= 0; k--) {
        q = StrictMath.fma(q, t[i], b[k]);
      }
      double power = 1.0 / q;
      for (int j = 0; j <= m; j++) {
        matrix[i][j] = power;
        power *= t[i];
      }
      Sample sample = reference.get(i);
      rightSide[i] = sample.value() - sign(i) * level / sample.weight();
    }
    double[] a = Systems.solve(matrix, rightSide);
    double[] coefficients = new double[form.coefficientCount()];
    double power = 1;
    for (int j = 0; j <= m; j++) {
      coefficients[j] = a[j] / power;
      power *= scale;
    }
    power = scale;
    for (int k = 1; k < b.length; k++) {
      coefficients[m + k] = b[k] / power;
      power *= scale;
    }
    return Optional.of(coefficients);
  }

  private static double sign(int i) {
    return i % 2 == 0 ? 1 : -1;
  }
}
