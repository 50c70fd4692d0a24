package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.plot.internal.ProfileFigures.Diagram;
import invact.plot.internal.ProfileFigures.Profile;
import invact.plot.internal.ProfileFigures.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileFiguresTest {
  private static final double[] X = {-3, -2, -1, 0, 1, 2};

  private static Figure figure(double least, double... errors) {
    return ProfileFigures.of(
        "name",
        "title",
        Activations.GELU,
        List.of(
            new Diagram(
                "panel",
                "error",
                least,
                -2,
                2,
                List.of(
                    new Profile("floor", Role.IRREDUCIBLE, X, errors),
                    new Profile("a set", Role.COMPARED, X, errors)))));
  }

  @Test
  void decadesHoldWhatIsInSight() {
    Panel panel = figure(1e-4, 5, 2e-3, 0, 3e-6, Double.NaN, 1e-2).panels().getFirst();
    assertEquals(1e-4, panel.left().low(), 1e-18);
    // The 5 at x = −3 is out of sight: two decades above 1e-4 hold 1e-2, and one more.
    assertEquals(1e-1, panel.left().high(), 1e-15);
    Curve curve = panel.curves().getLast();
    assertEquals("a set", curve.label());
    assertArrayEquals(new double[] {-2, -1, 0, 1, 2}, curve.x());
    assertEquals(2e-3, curve.y()[0]);
    assertTrue(curve.y()[1] > 0 && curve.y()[1] < 1e-4, "0 lies below the axis");
    assertTrue(Double.isNaN(curve.y()[3]), "nothing stays nothing");
  }

  @Test
  void anEvenAxisBeginsAtZero() {
    Panel panel = figure(0, 5, 0.2, 0.3, 0.4, 0.7, 0.1).panels().getFirst();
    assertEquals(0, panel.left().low());
    assertEquals(1.0, panel.left().high());
  }

  @Test
  void theFloorLooksUnlikeWhatIsCompared() {
    List<Curve> curves = figure(1e-4, 1, 1, 1, 1, 1, 1).panels().getFirst().curves();
    assertEquals(3, curves.size());
    assertTrue(curves.get(0).label().startsWith("T = −0.7518"));
    assertEquals(LineStyle.compared(0), curves.get(2).style());
    assertTrue(!curves.get(1).style().equals(curves.get(2).style()));
  }

  @Test
  void nothingToDrawIsRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> figure(1e-4, 1, 0, 0, 1e-5, 0, 0));
    assertEquals("'panel' has no error to be drawn", e.getMessage());
  }
}
