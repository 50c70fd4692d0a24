package invact.fit.internal.tables;

import invact.fit.internal.leastsquares.OrthogonalReduction;
import java.util.Arrays;
import java.util.List;

/**
 * The scaled normal tail R(a) = Φ(−a)·exp(a²/2) = t·P(t), t = 1/(1 + K·a), on 0 ≤ a ≤ 14.5: least
 * largest relative error by C. L. Lawson's reweighting of least squares (Contributions to the
 * theory of linear least maximum approximations, UCLA 1961), for each K of a grid.
 *
 * <p>Where the error is 3·10⁻⁸ and R is right to 2·10⁻¹⁶, the coefficients of degree 8 are right to
 * some 10⁻⁸, about half an ulp of fp32: those in {@code FastGelu}, made with SciPy's erfcx, differ
 * from these by an ulp at most.
 */
final class ScaledTail {
  private static final double END = 14.5;
  private static final int NODES = 4000;

  /** K from 0.20 to 0.60 in steps of 0.02. */
  private static final int STEPS = 20;

  /** Reweightings that tell one K from another. */
  private static final int FEW = 60;

  /** Reweightings for the answer. */
  private static final int MANY = 400;

  private final int degree;
  private final double least;
  private final double[][] basis = new double[NODES][];

  /** The largest relative error of the best coefficients, in Chebyshev polynomials over t. */
  private double error = Double.POSITIVE_INFINITY;

  private double[] best;

  private ScaledTail(int degree, double k, int steps) {
    this.degree = degree;
    least = 1.0 / (1.0 + k * END);
    for (int i = 0; i < NODES; i++) {
      double node = 0.5 - 0.5 * StrictMath.cos(StrictMath.PI * (i + 0.5) / NODES);
      double t = least + (1.0 - least) * node;
      double scale = t / GateTail.tail((1.0 / t - 1.0) / k);
      basis[i] = chebyshev(2.0 * (t - least) / (1.0 - least) - 1.0, scale);
    }
    double[] weight = new double[NODES];
    Arrays.fill(weight, 1.0);
    for (int step = 0; step < steps; step++) {
      reweigh(weight, leastSquares(weight));
    }
  }

  /** For results of 16 bits degree 5, for fp32 degree 8. */
  static List<Constants> make() {
    return List.of(5, 8).stream().flatMap(degree -> make(degree).stream()).toList();
  }

  private static List<Constants> make(int degree) {
    double k = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i <= STEPS; i++) {
      double candidate = 0.20 + 0.02 * i;
      double error = new ScaledTail(degree, candidate, FEW).error;
      if (error < least) {
        least = error;
        k = candidate;
      }
    }
    ScaledTail answer = new ScaledTail(degree, (float) k, MANY);
    String name = "degree " + degree + ", relative error " + (float) answer.error;
    return List.of(
        Constants.rounded("K, " + name, k), Constants.rounded("P, " + name, answer.powers()));
  }

  /** T₀ … T_degree at z, times a scale. */
  private double[] chebyshev(double z, double scale) {
    double[] t = new double[degree + 1];
    t[0] = 1;
    t[1] = z;
    for (int j = 2; j <= degree; j++) {
      t[j] = 2 * z * t[j - 1] - t[j - 2];
    }
    return Arrays.stream(t).map(value -> value * scale).toArray();
  }

  /** The c of least Σ w·(basis·c − 1)², by orthogonal reduction to a triangle. */
  private double[] leastSquares(double[] weight) {
    OrthogonalReduction reduction = new OrthogonalReduction(degree + 2);
    for (int i = 0; i < NODES; i++) {
      double root = StrictMath.sqrt(weight[i]);
      reduction.addRow(root, basis[i], root);
    }
    double[][] triangle = reduction.triangle();
    double[] c = new double[degree + 1];
    for (int j = degree; j >= 0; j--) {
      double rest = triangle[j][degree + 1];
      for (int m = j + 1; m <= degree; m++) {
        rest -= triangle[j][m] * c[m];
      }
      c[j] = rest / triangle[j][j];
    }
    return c;
  }

  private void reweigh(double[] weight, double[] c) {
    double largest = 0;
    double sum = 0;
    for (int i = 0; i < NODES; i++) {
      double value = 0;
      for (int j = 0; j <= degree; j++) {
        value += basis[i][j] * c[j];
      }
      double size = StrictMath.abs(value - 1.0);
      largest = StrictMath.max(largest, size);
      weight[i] *= size;
      sum += weight[i];
    }
    if (largest < error) {
      error = largest;
      best = c;
    }
    for (int i = 0; i < NODES; i++) {
      weight[i] /= sum;
    }
  }

  /** The best polynomial in powers of t: Clenshaw's recurrence, in polynomials. */
  private double[] powers() {
    double slope = 2.0 / (1.0 - least);
    double offset = -1.0 - slope * least;
    double[] b1 = new double[degree + 1];
    double[] b2 = new double[degree + 1];
    for (int j = degree; j > 0; j--) {
      double[] next = timesArgument(b1, 2 * offset, 2 * slope);
      for (int m = 0; m <= degree; m++) {
        next[m] -= b2[m];
      }
      next[0] += best[j];
      b2 = b1;
      b1 = next;
    }
    double[] p = timesArgument(b1, offset, slope);
    for (int m = 0; m <= degree; m++) {
      p[m] -= b2[m];
    }
    p[0] += best[0];
    return p;
  }

  /** p·(offset + slope·t), of a p whose degree is below the largest. */
  private double[] timesArgument(double[] p, double offset, double slope) {
    double[] product = new double[degree + 1];
    for (int m = 0; m <= degree; m++) {
      product[m] = offset * p[m] + (m > 0 ? slope * p[m - 1] : 0);
    }
    return product;
  }
}
