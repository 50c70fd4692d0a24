package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.internal.io.CsvException;
import invact.internal.io.CsvTable;
import invact.plot.internal.Chart.Kind;
import invact.plot.internal.Chart.Show;
import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartFigureTest {
  private static final String RUNS =
      """
      model,run,seed,step,loss
      gpt,native,1,0,4
      gpt,native,1,2000,2
      gpt,native,1,1000,3
      gpt,native,2,0,5
      gpt,native,2,1000,3
      gpt,native,2,2000,2.5
      gpt,ours,1,0,4.5
      gpt,ours,1,1000,3.25
      gpt,ours,1,2000,
      llama,native,1,0,4
      llama,native,1,2000,1
      llama,ours,1,0,4
      llama,ours,1,2000,1.5
      """;
  private static final String MEMORY =
      """
      model,row,held
      bert-base-of-a-long-name,eager,100
      bert-base-of-a-long-name,ours,80
      bert-base-of-a-long-name,theirs,
      llama,eager,200
      llama,theirs,150
      llama,ours,90
      """;
  private static final String CELLS =
      """
      layer,left,count
      0,-0.5,1
      0,0,3
      0,0.5,0
      1,-0.5,2
      1,0,2
      1,0.5,4
      """;

  private static CsvTable table(String text) throws IOException {
    Path file = Files.createTempFile("table", ".csv");
    try {
      Files.writeString(file, text);
      return CsvTable.read(file);
    } finally {
      Files.delete(file);
    }
  }

  private static Chart.Look look(String xTitle, Chart.Range... yRanges) {
    return new Chart.Look(
        Optional.ofNullable(xTitle),
        List.of(),
        Optional.empty(),
        List.of(yRanges),
        Optional.empty());
  }

  private static Chart lines(Optional<String> reference, int smooth, Show... shows) {
    return new Chart(
        Kind.LINE,
        new Chart.Columns(
            "step", List.of("loss"), Optional.of("model"), Optional.of("run"), Optional.of("seed")),
        reference,
        List.of(shows),
        false,
        smooth,
        look(null));
  }

  private static Chart bars(String reference, Show... shows) {
    return new Chart(
        Kind.BAR,
        new Chart.Columns(
            "model", List.of("held"), Optional.empty(), Optional.of("row"), Optional.empty()),
        Optional.of(reference),
        List.of(shows),
        false,
        1,
        look("models"));
  }

  private static Chart stacks() {
    return new Chart(
        Kind.STACK,
        new Chart.Columns(
            "model", List.of("held"), Optional.empty(), Optional.of("row"), Optional.empty()),
        Optional.empty(),
        List.of(Show.VALUE),
        false,
        1,
        look("models"));
  }

  private static Chart steps(boolean density) {
    return new Chart(
        Kind.STEP,
        new Chart.Columns(
            "left", List.of("count"), Optional.empty(), Optional.of("layer"), Optional.empty()),
        Optional.empty(),
        List.of(Show.VALUE),
        density,
        1,
        look(null));
  }

  private static Figure draw(String text, Chart chart) throws IOException {
    return ChartFigure.of("chart", "a title", table(text), chart);
  }

  static List<Figure> examples() throws IOException {
    return List.of(
        draw(RUNS, lines(Optional.of("native"), 1, Show.VALUE, Show.DIFFERENCE)),
        draw(RUNS, lines(Optional.empty(), 3, Show.VALUE)),
        draw(MEMORY, bars("eager", Show.VALUE, Show.RATIO)),
        draw(MEMORY, stacks()),
        draw(CELLS, steps(true)));
  }

  private static String refusal(String text, Chart chart) {
    String message = assertThrows(CsvException.class, () -> draw(text, chart)).getMessage();
    return message.substring(message.indexOf(".csv") + 4);
  }

  private static List<Curve> curves(Panel panel, String label) {
    return panel.curves().stream().filter(curve -> curve.label().equals(label)).toList();
  }

  @Test
  void seedsShareTheColourOfTheirRunAndPointsAreInOrder() throws IOException {
    List<Panel> panels = draw(RUNS, lines(Optional.empty(), 1, Show.VALUE)).panels();
    assertEquals(List.of("gpt", "llama"), panels.stream().map(Panel::title).toList());
    List<Curve> seeds = curves(panels.getFirst(), "native");
    assertEquals(2, seeds.size());
    assertEquals(seeds.get(0).style(), seeds.get(1).style());
    assertArrayEquals(new double[] {0, 1000, 2000}, seeds.get(0).x());
    assertArrayEquals(new double[] {4, 3, 2}, seeds.get(0).y());
    // What was not measured is not there.
    assertArrayEquals(new double[] {0, 1000}, curves(panels.getFirst(), "ours").getFirst().x());
    assertEquals(
        curves(panels.get(0), "ours").getFirst().style(),
        curves(panels.get(1), "ours").getFirst().style());
    assertNotEquals(
        seeds.getFirst().style().color(),
        curves(panels.getFirst(), "ours").getFirst().style().color());
    assertEquals(panels.get(0).left(), panels.get(1).left());
    assertEquals(1, panels.get(0).left().low());
    assertEquals(5, panels.get(0).left().high());
  }

  @Test
  void aDifferenceIsToTheMeanOfTheReferenceWhoseLinesAreABand() throws IOException {
    List<Panel> panels =
        draw(RUNS, lines(Optional.of("native"), 1, Show.VALUE, Show.DIFFERENCE)).panels();
    assertEquals(4, panels.size());
    Panel gpt = panels.get(2);
    assertEquals("loss − native", gpt.left().title());
    assertArrayEquals(new double[] {0, 0.25}, curves(gpt, "ours").getFirst().y(), 1e-15);
    Curve band = curves(gpt, "native, range over seed").getFirst();
    assertTrue(band.style().isArea());
    assertArrayEquals(new double[] {0, 1000, 2000, 2000, 1000, 0}, band.x());
    assertArrayEquals(new double[] {-0.5, 0, -0.25, 0.25, 0, 0.5}, band.y(), 1e-15);
    assertArrayEquals(new double[] {0, 0, 0}, curves(gpt, "native").getFirst().y());
    // One seed has no range.
    assertEquals(List.of(), curves(panels.get(3), "native, range over seed"));
    // Titles stand above the first row alone.
    assertEquals(List.of("gpt", "llama", "", ""), panels.stream().map(Panel::title).toList());
  }

  @Test
  void barsOfARatioStandAboutTheMiddleOfTheirGroup() throws IOException {
    Panel panel = draw(MEMORY, bars("eager", Show.RATIO)).panels().getFirst();
    assertEquals(List.of("bert-base-of-a-long-name", "llama"), panel.abscissa().categories());
    assertEquals("held / eager", panel.left().title());
    assertEquals("a title", panel.title());
    assertEquals(List.of(), curves(panel, "eager"));
    Curve ours = curves(panel, "ours").getFirst();
    // Two series are left: each bar is 0.41 of a group, and a bar alone is in its middle.
    double[] x = {
      0.295, 0.295, 0.705, 0.705, 0.705, //
      1.09, 1.09, 1.5, 1.5, 1.5
    };
    assertArrayEquals(x, ours.x(), 1e-12);
    double[] y = {0, 0.8, 0.8, 0, Double.NaN, 0, 0.45, 0.45, 0, Double.NaN};
    assertArrayEquals(y, ours.y(), 1e-15);
    assertEquals(1.5, curves(panel, "theirs").getFirst().x()[0], 1e-12);
    assertArrayEquals(new double[] {1, 1}, curves(panel, "").getFirst().y());
    assertEquals(0, panel.left().low());
  }

  @Test
  void barsStandOnEachOther() throws IOException {
    Panel panel = draw(MEMORY, stacks()).panels().getFirst();
    Curve theirs = curves(panel, "theirs").getFirst();
    // Of the second group alone: on 200 of eager and 90 of ours, which come first in the file.
    assertArrayEquals(new double[] {1.09, 1.09, 1.91, 1.91, 1.91}, theirs.x(), 1e-12);
    assertArrayEquals(new double[] {290, 440, 440, 290, Double.NaN}, theirs.y(), 1e-12);
    assertEquals(0, panel.left().low());
    assertEquals(
        ": 'ours' has a negative value, which no bar shows",
        refusal(MEMORY + "gpt2,ours,-1\n", stacks()));
  }

  @Test
  void densitiesHaveAnAreaOfOne() throws IOException {
    Panel panel = draw(CELLS, steps(true)).panels().getFirst();
    assertEquals("density", panel.left().title());
    Curve curve = curves(panel, "layer 0").getFirst();
    assertArrayEquals(new double[] {-0.5, 0, 0, 0.5, 0.5, 1}, curve.x());
    assertArrayEquals(new double[] {0.5, 0.5, 1.5, 1.5, 0, 0}, curve.y(), 1e-15);
    assertArrayEquals(
        new double[] {1, 1, 3, 3, 0, 0},
        curves(draw(CELLS, steps(false)).panels().getFirst(), "layer 0").getFirst().y());
  }

  @Test
  void movingMeansAreAboutEachPointAndTheDataStay() throws IOException {
    assertArrayEquals(
        new double[] {1, 2, 10.0 / 5, 5.0 / 3, 5},
        ChartFigure.smoothed(new double[] {1, 4, 1, -1, 5}, 5),
        1e-15);
    Panel panel = draw(RUNS, lines(Optional.empty(), 3, Show.VALUE)).panels().getFirst();
    assertEquals(3, curves(panel, "").size());
    assertArrayEquals(new double[] {4, 3, 2}, curves(panel, "").getFirst().y());
    assertArrayEquals(new double[] {4, 3, 2}, curves(panel, "native").getFirst().y(), 1e-15);
  }

  @Test
  void whatTheTableLacksIsNamed() {
    Chart chart = lines(Optional.of("native"), 1, Show.DIFFERENCE);
    assertEquals(
        ", line 15, column 'loss': 'x' is not a number: leave the field empty if there is none",
        refusal(RUNS + "gpt,ours,1,2500,x\n", chart));
    assertEquals(", line 15, column 'step': is empty", refusal(RUNS + "gpt,ours,1,,2\n", chart));
    assertEquals(", line 15, column 'run': is empty", refusal(RUNS + "gpt,,1,0,2\n", chart));
    assertEquals(
        ", line 15, column 'step': '0' is in line 8 too, for the same line and panel: choose lines,"
            + " or name the column that tells them apart",
        refusal(RUNS + "gpt,ours,1,0,2\n", chart));
    assertEquals(
        ": the reference 'native' of 1 is missing at step = 2500 in 'gpt', column 'loss': choose"
            + " lines that have it",
        refusal(RUNS + "gpt,ours,1,2500,2\n", chart));
    assertEquals(
        ": the reference 'eager' is missing at model = 'gpt2' in column 'held': choose lines that"
            + " have it",
        refusal(MEMORY + "gpt2,ours,1\n", bars("eager", Show.RATIO)));
    assertEquals(
        ": the reference 'eager' is 0 at model = 'gpt2' in column 'held': choose lines that have"
            + " it",
        refusal(MEMORY + "gpt2,eager,0\ngpt2,ours,1\n", bars("eager", Show.RATIO)));
    assertEquals(
        ": column 'left' of '1' must be the left ends of two or more cells of one width, without"
            + " gaps",
        refusal(CELLS + "1,1.5,2\n", steps(true)));
    assertEquals(
        ": the counts of '2' have no positive sum", refusal(CELLS + "2,0,0\n2,1,0\n", steps(true)));
    assertEquals(
        ": column 'loss' has no value to draw",
        refusal(
            "model,run,seed,step,loss\ngpt,native,1,0,\n", lines(Optional.empty(), 1, Show.VALUE)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1999, 0, 2000",
    "1.02, 1.13, 1.02, 1.14",
    "-0.013, 0.02, -0.02, 0.02",
    "0, 1.09, 0, 1.2",
    "5, 5, 5, 6",
    "0, 0, 0, 0.2"
  })
  void axesEndAtRoundNumbers(double least, double largest, double low, double high) {
    Axis axis = ChartFigure.rounded("x", least, largest);
    assertEquals(low, axis.low());
    assertEquals(high, axis.high());
  }

  @Test
  void moreSeriesThanStylesAreARampFromDarkToLight() {
    Set<Color> colors = new HashSet<>();
    int before = -1;
    for (int i = 0; i < 12; i++) {
      Color color = LineStyle.data(i, 12).color();
      assertTrue(colors.add(color));
      int luma = 299 * color.getRed() + 587 * color.getGreen() + 114 * color.getBlue();
      assertTrue(luma > before, color + " is no lighter than the one before");
      before = luma;
    }
    for (int i = 0; i < 14; i++) {
      assertFalse(!colors.add(LineStyle.bar(i).color()) && i > 0, "bar " + i);
    }
  }

  /** Below an axis no text touches another, or the edge of the figure. */
  @Test
  void labelsDoNotOverlap() throws IOException {
    List<Figure> figures = new ArrayList<>(examples());
    figures.add(draw(RUNS.replace("000,", "00000,"), lines(Optional.empty(), 1, Show.VALUE)));
    for (Figure figure : figures) {
      List<Rectangle2D> texts = new ArrayList<>();
      for (Drawing.Mark mark : figure.drawing().marks()) {
        if (mark.stroke() == null && mark.clip() == null && mark.color().equals(Color.BLACK)) {
          texts.add(mark.shape().getBounds2D());
        }
      }
      assertTrue(texts.size() > 8, texts.size() + " texts");
      for (int i = 0; i < texts.size(); i++) {
        Rectangle2D text = texts.get(i);
        assertTrue(text.getMinX() >= 4 && text.getMaxX() <= Figure.WIDTH - 4, text.toString());
        for (int j = 0; j < i; j++) {
          assertFalse(text.intersects(texts.get(j)), text + " meets " + texts.get(j));
        }
      }
    }
  }

  /** Stacked panels begin at one line though their labels are of different widths. */
  @Test
  void axesOfAColumnStandBelowOneAnother() throws IOException {
    Figure figure = draw(RUNS, lines(Optional.of("native"), 1, Show.VALUE, Show.DIFFERENCE));
    Set<Long> lefts = new HashSet<>();
    for (Drawing.Mark mark : figure.drawing().marks()) {
      if (mark.clip() != null) {
        lefts.add(StrictMath.round(mark.clip().getMinX()));
      }
    }
    assertEquals(2, lefts.size(), lefts + " are the left ends of two columns");
  }

  @Test
  void namesThatLeaveNoRoomAreRefused() throws IOException {
    String name = "a-model-of-a-name-that-is-far-too-long-for-any-panel";
    StringBuilder table = new StringBuilder(MEMORY);
    for (int i = 0; i < 9; i++) {
      table.append(name).append(i).append(",eager,1\n");
    }
    Figure figure = draw(table.toString(), bars("eager", Show.VALUE));
    assertEquals(
        "the names of models leave no room in a panel 640 high: make it higher, or choose fewer",
        assertThrows(IllegalArgumentException.class, figure::drawing).getMessage());
  }

  @Test
  void numbersInTheLegendFollowTheirColumnsName() throws IOException {
    Set<String> names = new HashSet<>();
    draw(CELLS, steps(false))
        .panels()
        .getFirst()
        .curves()
        .forEach(curve -> names.add(curve.label()));
    assertEquals(Set.of("layer 0", "layer 1"), names);
    names.clear();
    draw(MEMORY, bars("eager", Show.VALUE))
        .panels()
        .getFirst()
        .curves()
        .forEach(curve -> names.add(curve.label()));
    assertEquals(Set.of("eager", "ours", "theirs"), names);
  }

  @Test
  void withoutATitleTheColumnsAreIt() throws IOException {
    Figure figure = ChartFigure.of("chart", "", table(MEMORY), bars("eager", Show.VALUE));
    assertEquals("held against model", figure.title());
    assertEquals("", figure.panels().getFirst().title());
  }
}
