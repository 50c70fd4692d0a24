package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import invact.plot.internal.ParetoFigure.Family;
import invact.plot.internal.ParetoFigure.Point;
import invact.plot.internal.ParetoFigure.Side;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParetoFigureTest {
  static Figure example() {
    List<Point> left =
        List.of(
            new Point(Family.PUBLISHED, 39, 1.2e-3, false),
            new Point(Family.PAPER, 39, 6.2e-4, false),
            new Point(Family.POLYNOMIAL, 9, 6.4e-2, true),
            new Point(Family.POLYNOMIAL, 12, 1.9e-3, true),
            new Point(Family.POLYNOMIAL, 13, 5.0, false),
            new Point(Family.RATIONAL, 30, 1.2e-6, true),
            new Point(Family.SEGMENTED, 25, 1.3e-5, true));
    List<Point> right =
        List.of(
            new Point(Family.PAPER, 23, 2.9e-3, false),
            new Point(Family.EXPONENTIAL, 20, 2e-4, true),
            new Point(Family.RATIONAL, 27, 3e-4, false));
    return ParetoFigure.of(
        "gelu-pareto",
        "GELU: error against cost",
        "largest error",
        List.of(new Side("left", left, 3.9e-5), new Side("right", right, 3.9e-5)));
  }

  private static Curve curve(int panel, String label) {
    return example().panels().get(panel).curves().stream()
        .filter(curve -> curve.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void panelsShareAxesAndLegend() {
    List<Panel> panels = example().panels();
    assertEquals(panels.get(0).abscissa(), panels.get(1).abscissa());
    assertEquals(panels.get(0).left(), panels.get(1).left());
    assertEquals(
        panels.get(0).curves().stream().map(Curve::label).toList(),
        panels.get(1).curves().stream().map(Curve::label).toList());
  }

  /** What is beaten may lie beyond the axis and is not drawn then; what is marked may not. */
  @Test
  void theAxesHoldTheFloorAndAllThatIsMarked() {
    Axis error = example().panels().getFirst().left();
    assertEquals(1e-6, error.low(), 1e-18);
    assertEquals(1e-1, error.high(), 1e-13);
    Axis cost = example().panels().getFirst().abscissa();
    assertEquals(5, cost.low());
    assertEquals(40, cost.high());
  }

  /** Down where a point of the front stands, level between, whatever the order of the points. */
  @Test
  void theFrontIsAStaircase() {
    Curve front = curve(0, "Pareto front");
    double end = example().panels().getFirst().abscissa().beyondHigh();
    assertArrayEquals(new double[] {9, 12, 12, 25, 25, 30, 30, end}, front.x());
    assertArrayEquals(
        new double[] {6.4e-2, 6.4e-2, 1.9e-3, 1.9e-3, 1.3e-5, 1.3e-5, 1.2e-6, 1.2e-6}, front.y());
  }

  @Test
  void everyPointIsDrawnOnce() {
    // Beyond the axis.
    assertArrayEquals(new double[] {Double.NaN}, curve(0, "beaten").y());
    assertArrayEquals(new double[] {9, 12}, curve(0, "polynomial").x());
    assertArrayEquals(new double[] {3e-4}, curve(1, "beaten").y());
    assertArrayEquals(new double[] {23}, curve(1, "the paper's form, refitted").x());
    // None here, but the legend has the entry.
    assertArrayEquals(new double[] {Double.NaN}, curve(1, "rational").y());
  }

  /** Its axis went from 10⁻³ to 10⁻³. */
  @Test
  void oneValueAtAPowerOfTenHasADecade() {
    Side side = new Side("left", List.of(new Point(Family.RATIONAL, 30, 1e-3, true)), 1e-3);
    Figure figure = ParetoFigure.of("x", "x", "error", List.of(side));
    Axis error = figure.panels().getFirst().left();
    assertEquals(1e-3, error.low(), 1e-18);
    assertEquals(1e-2, error.high(), 1e-17);
    assertNotEquals(0, figure.drawing().marks().size());
  }

  @Test
  void nothingToDrawIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ParetoFigure.of("x", "x", "x", List.of(new Side("left", List.of(), 1e-5))));
  }
}
