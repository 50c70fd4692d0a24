package invact.fit.internal.minimax;

import invact.fit.FitException;
import invact.form.internal.Form;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * The best linear coefficients on a grid when the form's functions need not be a Chebyshev system,
 * so that the error need not alternate: the exchange of one point at a time by E. Stiefel, "Über
 * diskrete und lineare Tschebyscheff-Approximationen", Numer. Math. 1 (1959) 1–28, which is the
 * dual simplex method of the linear program.
 *
 * <p>A reference of n + 1 points has one vector λ ≠ 0 with Σ λᵢ·φ(xᵢ) = 0; its signs are those of
 * the levelled errors, and h = Σ λᵢ·dᵢ/Σ |λᵢ| is their size. The point of the largest error enters,
 * the one leaves that keeps all signs; h grows.
 */
final class LinearProgram {
  private static final int MAX_EXCHANGES = 200;

  private final Form form;
  private final List<Sample> samples;

  /** The answer: all coefficients, and the largest error on the grid. */
  record Solution(double[] coefficients, double error) {}

  LinearProgram(Form form, List<Sample> samples) {
    this.form = form;
    this.samples = samples;
  }

  /**
   * The best coefficients with the nonlinear ones given.
   *
   * @param tolerance 1 − levelled error/largest error at which to stop
   * @throws FitException if the functions are linearly dependent or not finite
   */
  Solution solve(double[] base, int[] linear, double tolerance) {
    int n = linear.length;
    double[][] functions = new double[samples.size()][n];
    double[] data = new double[samples.size()];
    double[] gradient = new double[base.length];
    for (int i = 0; i < data.length; i++) {
      Sample sample = samples.get(i);
      form.gradient(sample.height(), base, gradient);
      double finite = 0;
      for (int j = 0; j < n; j++) {
        functions[i][j] = sample.weight() * gradient[linear[j]];
        finite += functions[i][j];
      }
      data[i] = -sample.error(form, base);
      if (!Double.isFinite(finite + data[i])) {
        throw new FitException(form.name() + " is not finite on the curve");
      }
    }
    double[] scales = normalise(functions);
    int[] reference = independentSamples(functions);
    double[] best = null;
    double bestError = Double.POSITIVE_INFINITY;
    for (int exchange = 0; exchange < MAX_EXCHANGES; exchange++) {
      double[][] rows = new double[n + 1][];
      for (int i = 0; i <= n; i++) {
        rows[i] = functions[reference[i]].clone();
      }
      QRDecomposition qr = new QRDecomposition(new Array2DRowRealMatrix(rows, false));
      RealMatrix q = qr.getQ();
      RealMatrix r = qr.getR();
      for (int j = 0; j < n; j++) {
        if (!(StrictMath.abs(r.getEntry(j, j)) > 1e-13 * StrictMath.abs(r.getEntry(0, 0)))) {
          throw new FitException("degenerate: the form's functions are linearly dependent there");
        }
      }
      double[] lambda = q.getColumn(n);
      double product = 0;
      double norm = 0;
      for (int i = 0; i <= n; i++) {
        product += lambda[i] * data[reference[i]];
        norm += StrictMath.abs(lambda[i]);
      }
      double level = StrictMath.abs(product) / norm;
      double orientation = product < 0 ? -1 : 1;
      double[] rightSide = new double[n + 1];
      for (int i = 0; i <= n; i++) {
        lambda[i] *= orientation;
        rightSide[i] = data[reference[i]] - StrictMath.copySign(level, lambda[i]);
      }
      double[] c = new double[n];
      for (int j = n - 1; j >= 0; j--) {
        double sum = 0;
        for (int i = 0; i <= n; i++) {
          sum += q.getEntry(i, j) * rightSide[i];
        }
        for (int l = j + 1; l < n; l++) {
          sum -= r.getEntry(j, l) * c[l];
        }
        c[j] = sum / r.getEntry(j, j);
      }
      int entering = 0;
      double largest = -1;
      boolean positive = false;
      for (int i = 0; i < data.length; i++) {
        double residual = data[i];
        for (int j = 0; j < n; j++) {
          residual -= functions[i][j] * c[j];
        }
        if (StrictMath.abs(residual) > largest) {
          entering = i;
          largest = StrictMath.abs(residual);
          positive = residual > 0;
        }
      }
      if (largest < bestError) {
        best = c;
        bestError = largest;
      }
      if (level >= (1 - tolerance) * largest) {
        break;
      }
      reference[leaving(q, r, lambda, functions[entering], positive ? 1 : -1)] = entering;
    }
    double[] coefficients = base.clone();
    for (int j = 0; j < n; j++) {
      coefficients[linear[j]] = best[j] / scales[j];
    }
    return new Solution(coefficients, bestError);
  }

  /** Divides each function by its largest value; gives those. */
  private static double[] normalise(double[][] functions) {
    double[] scales = new double[functions[0].length];
    for (int j = 0; j < scales.length; j++) {
      for (double[] row : functions) {
        scales[j] = StrictMath.max(scales[j], StrictMath.abs(row[j]));
      }
      for (double[] row : functions) {
        row[j] /= scales[j];
      }
    }
    return scales;
  }

  /**
   * Indices of n + 1 samples, at n of which the functions are as independent as can be had one by
   * one: each next one is farthest from the span of those before.
   */
  private static int[] independentSamples(double[][] functions) {
    int n = functions[0].length;
    double[][] rest = new double[functions.length][];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = functions[i].clone();
    }
    int[] reference = new int[n + 1];
    for (int k = 0; k <= n; k++) {
      int farthest = 0;
      double largest = -1;
      for (int i = 0; i < rest.length; i++) {
        double square = rest[i] == null ? -1 : dot(rest[i], rest[i]);
        if (square > largest) {
          farthest = i;
          largest = square;
        }
      }
      double[] direction = rest[farthest];
      reference[k] = farthest;
      rest[farthest] = null;
      for (double[] row : rest) {
        if (row != null && largest > 0) {
          double factor = dot(row, direction) / largest;
          for (int j = 0; j < n; j++) {
            row[j] -= factor * direction[j];
          }
        }
      }
    }
    return reference;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  /** The ratio test: with τ·φ(entering) + Σ μᵢ·φᵢ = 0, the i where −μᵢ/λᵢ is largest. */
  private static int leaving(
      RealMatrix q, RealMatrix r, double[] lambda, double[] entering, double sign) {
    int n = entering.length;
    double[] y = new double[n];
    for (int j = 0; j < n; j++) {
      double sum = -sign * entering[j];
      for (int l = 0; l < j; l++) {
        sum -= r.getEntry(l, j) * y[l];
      }
      y[j] = sum / r.getEntry(j, j);
    }
    int leaving = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i <= n; i++) {
      double mu = 0;
      for (int j = 0; j < n; j++) {
        mu += q.getEntry(i, j) * y[j];
      }
      double ratio = -mu / (lambda[i] == 0 ? Double.MIN_NORMAL : lambda[i]);
      if (ratio > largest) {
        leaving = i;
        largest = ratio;
      }
    }
    return leaving;
  }
}
