package invact.fit.internal.rounding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatticeTest {
  /**
   * A lattice with a known shortest basis: (0, 1, 0), (1, 0, 1), (−1, 0, 2), of squared lengths 1,
   * 2 and 5, hidden behind (1, 1, 1), (−1, 0, 2), (3, 5, 6).
   */
  @Test
  void reductionFindsTheShortVectors() {
    double[][] spanning = {{1, 1, 1}, {-1, 0, 2}, {3, 5, 6}};
    Lattice lattice = new Lattice(spanning);
    double[] squares = new double[3];
    for (int i = 0; i < 3; i++) {
      double[] vector = combination(lattice.step(i), spanning);
      squares[i] = Arrays.stream(vector).map(v -> v * v).sum();
    }
    Arrays.sort(squares);
    assertEquals("[1.0, 2.0, 5.0]", Arrays.toString(squares));
  }

  /** Against all points with coordinates in [−6, 6], which hold the nearest of these targets. */
  @Test
  void theNearestPointIsVisited() {
    SplittableRandom random = new SplittableRandom(7);
    for (int trial = 0; trial < 50; trial++) {
      double[][] spanning = new double[3][3];
      for (int i = 0; i < 3; i++) {
        for (int d = 0; d < 3; d++) {
          spanning[i][d] = (i == d ? 2 : 0) + random.nextDouble(-1, 1);
        }
      }
      double[] target = random.doubles(3, -2, 2).toArray();
      double nearest = Double.POSITIVE_INFINITY;
      for (int i = 0; i < 13 * 13 * 13; i++) {
        long[] point = {i % 13 - 6, i / 13 % 13 - 6, i / 169 - 6};
        nearest = Math.min(nearest, distance(combination(point, spanning), target));
      }
      double[] visited = {Double.POSITIVE_INFINITY};
      new Lattice(spanning)
          .visitNearest(
              target,
              1000,
              point ->
                  visited[0] =
                      Math.min(visited[0], distance(combination(point, spanning), target)));
      // The same point by the same sums: equal but for nothing.
      assertEquals(nearest, visited[0], "trial " + trial + " of seed 7");
    }
  }

  @Test
  void visitsAreCounted() {
    int[] visits = {0};
    Lattice lattice = new Lattice(new double[][] {{1, 0}, {0, 1}});
    lattice.visitNearest(new double[] {0.3, 0.4}, 100, point -> visits[0]++);
    assertEquals(100, visits[0]);
  }

  /** A basis as long and thin as powers in a narrow interval make it. */
  @Test
  void nearlyDependentVectorsAreReducedToo() {
    int n = 12;
    double[][] spanning = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < n; d++) {
        spanning[i][d] = Math.pow(0.5 + d / (4.0 * n), i);
      }
    }
    Lattice lattice = new Lattice(spanning);
    for (int i = 0; i < n; i++) {
      double[] vector = combination(lattice.step(i), spanning);
      double square = Arrays.stream(vector).map(v -> v * v).sum();
      assertTrue(square < n, "a vector of length² " + square);
    }
  }

  private static double[] combination(long[] coordinates, double[][] spanning) {
    double[] sum = new double[spanning[0].length];
    for (int i = 0; i < coordinates.length; i++) {
      for (int d = 0; d < sum.length; d++) {
        sum[d] += coordinates[i] * spanning[i][d];
      }
    }
    return sum;
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (a[d] - b[d]) * (a[d] - b[d]);
    }
    return Math.sqrt(sum);
  }
}
