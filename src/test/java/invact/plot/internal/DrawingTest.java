package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Line2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import org.junit.jupiter.api.Test;

class DrawingTest {
  private final Drawing drawing = new Drawing("", 100, 100);

  private static int points(Drawing.Mark mark) {
    int points = 0;
    for (PathIterator part = mark.shape().getPathIterator(null); !part.isDone(); part.next()) {
      points++;
    }
    return points;
  }

  @Test
  void segmentsThatFollowOneAnotherAreOnePath() {
    drawing.draw(new Line2D.Double(0, 0, 1, 1));
    drawing.draw(new Line2D.Double(1, 1, 2, 0));
    drawing.draw(new Line2D.Double(2, 0, 3, 1));
    assertEquals(1, drawing.marks().size());
    assertEquals(4, points(drawing.marks().getFirst()));
  }

  @Test
  void gapsColoursPensAndClipsBeginNewPaths() {
    drawing.draw(new Line2D.Double(0, 0, 1, 1));
    drawing.draw(new Line2D.Double(1.5, 1, 2, 0));
    drawing.setColor(Color.RED);
    drawing.draw(new Line2D.Double(2, 0, 3, 0));
    drawing.setStroke(new BasicStroke(7));
    drawing.draw(new Line2D.Double(3, 0, 4, 0));
    drawing.setClip(new Rectangle2D.Double(0, 0, 9, 9));
    drawing.draw(new Line2D.Double(4, 0, 5, 0));
    assertEquals(5, drawing.marks().size());
  }

  @Test
  void coordinatesAreTheDrawingsOwn() {
    drawing.translate(10, 20);
    drawing.setClip(new Rectangle2D.Double(0, 0, 5, 5));
    drawing.fill(new Rectangle2D.Double(1, 2, 3, 4));
    Drawing.Mark mark = drawing.marks().getFirst();
    assertEquals(new Rectangle2D.Double(11, 22, 3, 4), mark.shape().getBounds2D());
    assertEquals(new Rectangle2D.Double(10, 20, 5, 5), mark.clip());
    assertEquals(new Rectangle2D.Double(0, 0, 5, 5), drawing.getClip());
    assertNull(mark.stroke());
  }

  @Test
  void theInvisibleIsNotRecorded() {
    drawing.setColor(Drawing.INVISIBLE);
    drawing.fill(new Rectangle2D.Double(0, 0, 9, 9));
    assertEquals(0, drawing.marks().size());
  }

  @Test
  void whatCannotBeRecordedIsNotLostSilently() {
    assertThrows(UnsupportedOperationException.class, () -> drawing.drawString("lost", 0, 0));
    assertThrows(UnsupportedOperationException.class, () -> drawing.drawOval(0, 0, 1, 1));
  }
}
