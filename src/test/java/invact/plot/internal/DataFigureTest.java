package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DataFigureTest {
  private static final double[] X = {4, 1, 2};

  private static List<Panel> panels(double unit, double[] sigma) {
    double[] y = {17 * unit, 1.5 * unit, 3.75 * unit};
    return new DataFigure("t", "height", X, y, sigma)
        .of("name", "a*x^2", x -> x == 1.5 ? Double.NaN : unit * x * x)
        .panels();
  }

  @Test
  void dataCurveAndResiduals() {
    List<Panel> panels = panels(1, new double[0]);
    assertEquals(2, panels.size());
    Panel data = panels.get(0);
    assertEquals("m(x) = a*x^2", data.title());
    assertEquals("t", data.abscissa().title());
    assertEquals("height", data.left().title());
    assertTrue(data.abscissa().low() <= 1 && data.abscissa().high() >= 4);
    Curve curve = data.curves().get(0);
    // The curve meets the abscissas of the points, in order; a gap stays one.
    assertEquals(1, curve.x()[0]);
    assertEquals(4, curve.x()[curve.x().length - 1]);
    for (int i = 0; i < curve.x().length; i++) {
      double x = curve.x()[i];
      assertTrue(i == 0 || x >= curve.x()[i - 1]);
      assertEquals(x == 1.5 ? Double.NaN : x * x, curve.y()[i]);
    }
    assertArrayEquals(X, data.curves().get(1).x());
    Panel residuals = panels.get(1);
    assertEquals("largest residual: 1 at x = 4", residuals.title());
    assertArrayEquals(new double[] {1, 0.5, -0.25}, residuals.curves().get(1).y());
  }

  @Test
  void tinyNumbersStandInPowersOfTen() {
    List<Panel> panels = panels(1e-9, new double[0]);
    assertEquals("height / 10⁻⁸", panels.get(0).left().title());
    assertEquals("residual / 10⁻⁹", panels.get(1).left().title());
    assertEquals("largest residual: 1·10⁻⁹ at x = 4", panels.get(1).title());
    assertEquals(1.7, panels.get(0).curves().get(1).y()[0], 1e-15);
  }

  @Test
  void barsReachOneStandardDeviation() {
    List<Panel> panels = panels(1, new double[] {1, 2, 3});
    for (int i = 0; i < 2; i++) {
      Curve bars = panels.get(i).curves().get(0);
      double[] points = panels.get(i).curves().get(2).y();
      assertEquals("± one standard deviation", bars.label());
      assertEquals(points[1] - 2, bars.y()[3]);
      assertEquals(points[1] + 2, bars.y()[4]);
      assertTrue(Double.isNaN(bars.y()[5]));
      assertEquals(X[1], bars.x()[4]);
      // The largest bar fits: 3.75 − 3 and 17 + 1, or −0.25 ± 3.
      assertTrue(panels.get(i).left().low() <= points[2] - 3);
      assertTrue(panels.get(i).left().high() >= Math.max(points[0] + 1, points[2] + 3));
    }
  }
}
