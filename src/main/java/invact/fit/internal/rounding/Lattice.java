package invact.fit.internal.rounding;

import java.util.Arrays;

/**
 * The integer combinations of some vectors, by a reduced basis.
 *
 * <p>The basis is reduced by the algorithm of A. K. Lenstra, H. W. Lenstra and L. Lovász,
 * "Factoring polynomials with rational coefficients", Math. Ann. 261 (1982) 515–534, in double
 * precision with the integer coordinates exact; what rounding does to the vectors makes the basis a
 * little less reduced and changes no lattice point. Points near a target are enumerated as C. P.
 * Schnorr and M. Euchner do, "Lattice basis reduction: improved practical algorithms and solving
 * subset sum problems", Math. Program. 66 (1994) 181–199: the first one is L. Babai's nearest plane
 * (1986).
 */
final class Lattice {
  /** Lovász's δ: nearer to 1 the basis is better reduced and takes longer. */
  private static final double DELTA = 0.99;

  /** Swaps beyond which rounding errors are taken to go in circles. */
  private static final int MAX_STEPS = 100_000;

  /** Receives points of a lattice. */
  interface Visitor {
    /**
     * A point near the target.
     *
     * @param coordinates its integer coordinates in the vectors that span the lattice, to be copied
     *     if kept
     */
    void visit(long[] coordinates);
  }

  private final int n;
  private final double[][] vectors;
  private final long[][] coordinates;

  /** Gram–Schmidt: vectors[i] = Σ slope[i][j]·orthogonal[j]. */
  private final double[][] orthogonal;

  private final double[][] slope;
  private final double[] square;

  /**
   * The lattice that vectors span.
   *
   * @param spanning linearly independent vectors of one length
   */
  Lattice(double[][] spanning) {
    n = spanning.length;
    vectors = new double[n][];
    coordinates = new long[n][n];
    orthogonal = new double[n][];
    slope = new double[n][n];
    square = new double[n];
    for (int i = 0; i < n; i++) {
      vectors[i] = spanning[i].clone();
      coordinates[i][i] = 1;
    }
    reduce();
  }

  /**
   * One vector of the reduced basis, short ones mostly first.
   *
   * @param i its index
   * @return its coordinates in the spanning vectors
   */
  long[] step(int i) {
    return coordinates[i].clone();
  }

  private void reduce() {
    orthogonalise(0);
    int k = 1;
    for (int steps = 0; k < n && steps < MAX_STEPS; steps++) {
      orthogonalise(k);
      for (int j = k - 1; j >= 0; j--) {
        long factor = StrictMath.round(slope[k][j]);
        if (factor != 0) {
          subtract(k, j, factor);
        }
      }
      orthogonalise(k);
      double before = slope[k][k - 1] * slope[k][k - 1] * square[k - 1];
      if (square[k] + before >= DELTA * square[k - 1]) {
        k++;
      } else {
        swap(k);
        orthogonalise(k - 1);
        k = StrictMath.max(k - 1, 1);
      }
    }
    for (int i = 0; i < n; i++) {
      orthogonalise(i);
    }
  }

  private void swap(int k) {
    double[] vector = vectors[k];
    vectors[k] = vectors[k - 1];
    vectors[k - 1] = vector;
    long[] coordinate = coordinates[k];
    coordinates[k] = coordinates[k - 1];
    coordinates[k - 1] = coordinate;
  }

  private void subtract(int k, int j, long factor) {
    for (int d = 0; d < vectors[k].length; d++) {
      vectors[k][d] -= factor * vectors[j][d];
    }
    for (int d = 0; d < n; d++) {
      coordinates[k][d] =
          StrictMath.subtractExact(
              coordinates[k][d], StrictMath.multiplyExact(factor, coordinates[j][d]));
    }
    for (int d = 0; d < j; d++) {
      slope[k][d] -= factor * slope[j][d];
    }
    slope[k][j] -= factor;
  }

  /** One row of Gram–Schmidt, modified and done twice, so that rounding leaves it orthogonal. */
  private void orthogonalise(int k) {
    double[] rest = vectors[k].clone();
    Arrays.fill(slope[k], 0.0);
    for (int pass = 0; pass < 2; pass++) {
      for (int j = 0; j < k; j++) {
        double factor = dot(rest, orthogonal[j]) / square[j];
        slope[k][j] += factor;
        for (int d = 0; d < rest.length; d++) {
          rest[d] -= factor * orthogonal[j][d];
        }
      }
    }
    slope[k][k] = 1;
    orthogonal[k] = rest;
    square[k] = dot(rest, rest);
  }

  /**
   * Visits the points within a distance of a target, the nearest plane by plane first, then those
   * within √2 times that distance, and so on.
   *
   * @param target a vector
   * @param visits the number of points after which to stop
   * @param visitor receives them; those of each distance again with those of the next
   */
  void visitNearest(double[] target, int visits, Visitor visitor) {
    double[] centre = new double[n];
    for (int i = 0; i < n; i++) {
      centre[i] = dot(target, orthogonal[i]) / square[i];
    }
    Enumeration enumeration = new Enumeration(visits, visitor);
    // A target in the lattice has a distance of 0, which would never grow.
    double bound = StrictMath.max(nearestPlane(centre.clone()), 0.25 * square[0]);
    do {
      bound *= 2;
    } while (enumeration.run(centre, bound));
  }

  /** The squared distance of the point that is nearest plane by plane. */
  private double nearestPlane(double[] centre) {
    double distance = 0;
    for (int i = n - 1; i >= 0; i--) {
      long multiple = StrictMath.round(centre[i]);
      double offset = centre[i] - multiple;
      distance += offset * offset * square[i];
      for (int j = 0; j < i; j++) {
        centre[j] -= multiple * slope[i][j];
      }
    }
    return distance;
  }

  private final class Enumeration {
    private final Visitor visitor;
    private final long[] point = new long[n];

    /** By depth: how many of each vector are wanted after those chosen further up. */
    private final double[][] centres = new double[n + 1][n];

    private double bound;
    private int visitsLeft;

    Enumeration(int visits, Visitor visitor) {
      this.visitsLeft = visits;
      this.visitor = visitor;
    }

    /** Visits all points within the bound; false if there were no visits left for all. */
    boolean run(double[] target, double squaredDistance) {
      System.arraycopy(target, 0, centres[n], 0, n);
      bound = squaredDistance;
      return descend(n - 1, 0.0);
    }

    /** Chooses the multiple of the i-th vector and, with it, all before; false if out of visits. */
    private boolean descend(int i, double distance) {
      if (i < 0) {
        visitor.visit(point);
        return --visitsLeft > 0;
      }
      // Multiples in order of their distance: nearest first, then to both sides in turn.
      double wanted = centres[i + 1][i];
      long multiple = StrictMath.round(wanted);
      long stride = wanted >= multiple ? 1 : -1;
      boolean complete = true;
      while (complete) {
        double offset = wanted - multiple;
        double reached = distance + offset * offset * square[i];
        if (!(reached <= bound)) {
          break;
        }
        add(i, multiple);
        for (int j = 0; j < i; j++) {
          centres[i][j] = centres[i + 1][j] - multiple * slope[i][j];
        }
        complete = descend(i - 1, reached);
        add(i, -multiple);
        multiple += stride;
        stride = stride > 0 ? -stride - 1 : -stride + 1;
      }
      return complete;
    }

    private void add(int i, long multiple) {
      for (int j = 0; j < n; j++) {
        point[j] += multiple * coordinates[i][j];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
