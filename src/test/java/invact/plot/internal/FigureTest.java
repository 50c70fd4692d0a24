package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.internal.CustomActivation;
import invact.coefficients.CoefficientSet;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class FigureTest {
  static List<Figure> figures() {
    return Figures.of(List.of(FiguresTest.GELU, FiguresTest.SILU));
  }

  /** A figure with more in its legend than one row holds. */
  static Figure crowded() {
    List<CoefficientSet> sets = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      sets.add(FiguresTest.perturbed(FiguresTest.GELU, "a-set-of-a-rather-long-name-" + i));
    }
    return ErrorsFigure.of("errors", FiguresTest.GELU.activation(), sets);
  }

  /** Figures whose texts are wider than the places they go to. */
  static List<Figure> wordy() {
    String name = "a-name-that-goes-on-".repeat(9) + "and-ends";
    Activation own = CustomActivation.of(name.substring(0, 64), "x*sigmoid(x)" + "+0*x".repeat(60));
    CoefficientSet set = FiguresTest.perturbed(FiguresTest.GELU, name);
    return List.of(
        BranchesFigure.of(List.of(own)),
        BranchesFigure.of(List.of(own, own)),
        BranchesFigure.of(Stream.concat(Activations.all().stream(), Stream.of(own, own)).toList()),
        ApproximationFigure.of(set, Branch.RIGHT),
        ErrorsFigure.of("errors", set.activation(), List.of(set, FiguresTest.GELU)),
        new Figure(
            "axes",
            "axes",
            Figure.PANEL_HEIGHT,
            List.of(
                new Panel(
                    name,
                    Axis.linear(name, 0, 1),
                    Axis.linear(name, 0, 1),
                    Axis.linear(name, 0, 1),
                    List.of(
                        Curve.on(
                            Curve.Side.RIGHT,
                            "curve",
                            LineStyle.ERROR,
                            new double[] {0, 1},
                            new double[] {0, 1}))))));
  }

  static Stream<Figure> allFigures() throws IOException {
    return Stream.of(
            figures(),
            wordy(),
            List.of(crowded(), ParetoFigureTest.example()),
            ChartFigureTest.examples())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("allFigures")
  void aPngHoldsThePicture(Figure figure) throws IOException {
    Drawing drawing = figure.drawing();
    byte[] png = figure.encode(ImageFormat.PNG);
    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(png));
    assertEquals(1600, decoded.getWidth());
    assertEquals(drawing.height(), decoded.getHeight());
    int[] pixels = rgb(decoded);
    assertArrayEquals(rgb(PngEncoder.image(drawing)), pixels);
    assertEquals(0xffffff, pixels[0]);
    for (Panel panel : figure.panels()) {
      for (Curve curve : panel.curves()) {
        int color = curve.style().color().getRGB() & 0xffffff;
        long count = 0;
        for (int pixel : pixels) {
          count += pixel == color ? 1 : 0;
        }
        // The line's sample in the legend alone has 84 pixels of length, half of them in dashes.
        assertTrue(count > 84, curve.label() + " shows in " + count + " pixels");
      }
    }
  }

  private static int[] rgb(BufferedImage image) {
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] &= 0xffffff;
    }
    return pixels;
  }

  @ParameterizedTest
  @MethodSource("allFigures")
  void anSvgIsWellFormedAndHoldsEveryMark(Figure figure) throws Exception {
    byte[] svg = figure.encode(ImageFormat.SVG);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg));
    Element root = document.getDocumentElement();
    Drawing drawing = figure.drawing();
    assertEquals("svg", root.getTagName());
    assertEquals("160mm", root.getAttribute("width"));
    assertEquals("0 0 1600 " + drawing.height(), root.getAttribute("viewBox"));
    assertEquals(figure.title(), document.getElementsByTagName("title").item(0).getTextContent());
    int clips = document.getElementsByTagName("clipPath").getLength();
    assertTrue(clips >= figure.panels().size(), "each panel clips its curves");
    // One path more is the white ground.
    assertEquals(
        drawing.marks().size() + clips + 1, document.getElementsByTagName("path").getLength());
  }

  @ParameterizedTest
  @EnumSource(ImageFormat.class)
  void theSameFigureIsTheSameBytes(ImageFormat format) {
    List<Figure> again = figures();
    for (int i = 0; i < again.size(); i++) {
      assertArrayEquals(figures().get(i).encode(format), again.get(i).encode(format));
    }
  }

  @ParameterizedTest
  @MethodSource("allFigures")
  void theLegendCoversNoPanelAndNothingIsCutOff(Figure figure) {
    Drawing drawing = figure.drawing();
    int legendTop = drawing.height() - new Legend(figure.panels(), Figure.WIDTH).height();
    int panelWidth = Figure.WIDTH / figure.columns();
    Rectangle2D legend = new Rectangle2D.Double(0, legendTop, 1600, drawing.height() - legendTop);
    int inLegend = 0;
    for (Drawing.Mark mark : drawing.marks()) {
      Rectangle2D bounds = mark.shape().getBounds2D();
      if (mark.clip() != null) {
        bounds = bounds.createIntersection(mark.clip());
      }
      int column = (int) (bounds.getMinX() / panelWidth);
      Rectangle2D panel = new Rectangle2D.Double(column * panelWidth, 0, panelWidth, legendTop);
      Rectangle2D place = bounds.getMinY() >= legendTop ? legend : panel;
      assertTrue(
          place.contains(bounds.getMinX(), bounds.getMinY())
              && place.contains(bounds.getMaxX(), bounds.getMaxY()),
          bounds + " is neither in a panel nor in the legend");
      inLegend += bounds.getMinY() >= legendTop ? 1 : 0;
    }
    Set<String> labels = new TreeSet<>();
    figure.panels().forEach(panel -> panel.curves().forEach(c -> labels.add(c.label())));
    labels.remove("");
    assertEquals(2 * labels.size(), inLegend, "a sample and a text for each label");
  }

  @ParameterizedTest
  @EnumSource(ImageFormat.class)
  void filesAreWrittenWhole(ImageFormat format, @TempDir Path directory) throws IOException {
    Path made = directory.resolve("a/b");
    List<Figure> figures = figures();
    List<Path> files = Figures.write(figures, made, format);
    assertEquals(figures.stream().map(f -> made.resolve(f.fileName(format))).toList(), files);
    for (int i = 0; i < files.size(); i++) {
      assertArrayEquals(figures.get(i).encode(format), Files.readAllBytes(files.get(i)));
    }
    try (Stream<Path> there = Files.list(made)) {
      assertEquals(new TreeSet<>(files), new TreeSet<>(there.toList()), "nothing else is left");
    }
  }

  @Test
  void anUnusableDirectoryIsNamed(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("taken"), "text");
    IOException e =
        assertThrows(IOException.class, () -> Figures.write(figures(), file, ImageFormat.SVG));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertEquals("text", Files.readString(file));
  }

  @Test
  void formatsGoByTheirNames() {
    assertEquals(ImageFormat.SVG, ImageFormat.of("svg"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ImageFormat.of("gif"));
    assertEquals("unknown image format 'gif': known are png, svg", e.getMessage());
  }
}
