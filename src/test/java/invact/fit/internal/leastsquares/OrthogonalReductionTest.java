package invact.fit.internal.leastsquares;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrthogonalReductionTest {

  /** RᵀR = AᵀA, whatever part of a block the rows fill. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 63, 64, 65, 127, 128, 129, 1000})
  void keepsInnerProductsOfColumns(int rows) {
    Random random = new Random(rows);
    OrthogonalReduction reduction = new OrthogonalReduction(3);
    double[][] gram = new double[3][3];
    for (int i = 0; i < rows; i++) {
      double scale = random.nextDouble();
      double[] head = {random.nextGaussian(), random.nextGaussian()};
      double last = random.nextGaussian();
      reduction.addRow(scale, head, last);
      double[] row = {scale * head[0], scale * head[1], last};
      for (int j = 0; j < 3; j++) {
        for (int l = 0; l < 3; l++) {
          gram[j][l] += row[j] * row[l];
        }
      }
    }
    double[][] r = reduction.triangle();
    for (int j = 0; j < 3; j++) {
      for (int l = 0; l < 3; l++) {
        double product = 0;
        for (int i = 0; i < 3; i++) {
          product += r[i][j] * r[i][l];
        }
        // One rounding for each product on the left, and a few for each reflection.
        double unit = Math.sqrt(gram[j][j] * gram[l][l]) * Math.ulp(1.0) * (rows + 8);
        assertEquals(gram[j][l], product, unit);
        if (j > l) {
          assertEquals(0, r[j][l]);
        }
      }
    }
  }

  @Test
  void showsWhatIsNotFinite() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e200}) {
      for (int column = 0; column < 2; column++) {
        OrthogonalReduction reduction = new OrthogonalReduction(2);
        reduction.addRow(1, new double[] {1}, 1);
        reduction.addRow(1, new double[] {column == 0 ? bad : 1}, column == 1 ? bad : 1);
        double[][] r = reduction.triangle();
        assertFalse(Double.isFinite(r[0][0] + r[0][1] + r[1][1]));
      }
    }
  }
}
