package invact.plot.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FigureFontTest {
  /** Run in a JVM of its own: writes one figure to the directory named. */
  static final class WriteFigure {
    private WriteFigure() {}

    public static void main(String[] args) throws Exception {
      figure().write(Path.of(args[0]), ImageFormat.PNG);
    }

    static Figure figure() {
      return Figures.of(List.of(FiguresTest.SILU)).getFirst();
    }
  }

  @Test
  void theFontIsTheOneThatTravelsWithTheProgram() {
    assertEquals("DejaVu Sans", FigureFont.plain(10).getFontName());
  }

  @Test
  void theFontHasEveryCharacterOfEveryText() {
    List<String> texts = new ArrayList<>(List.of("0123456789.−", "10⁻⁰¹²³⁴⁵⁶⁷⁸⁹"));
    for (Figure figure : Figures.of(List.of(FiguresTest.GELU, FiguresTest.SILU))) {
      for (Panel panel : figure.panels()) {
        texts.add(panel.title());
        texts.add(panel.abscissa().title());
        texts.add(panel.left().title());
        if (panel.right() != null) {
          texts.add(panel.right().title());
        }
        panel.curves().forEach(curve -> texts.add(curve.label()));
      }
    }
    Font font = FigureFont.plain(10);
    for (String text : texts) {
      assertEquals(-1, font.canDisplayUpTo(text), text);
    }
  }

  /**
   * Libraries that are none stand in the way of the machine's fontconfig. Without {@link
   * FigureFont}'s precautions loading the font fails then: "Fontconfig head is null".
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void figuresAreTheSameWithoutFontconfig(@TempDir Path directory) throws Exception {
    for (String name : List.of("libfontconfig.so.1", "libfontconfig.so")) {
      Files.writeString(directory.resolve(name), "no library");
    }
    Path output = directory.resolve("output.txt");
    ProcessBuilder child =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            WriteFigure.class.getName(),
            directory.toString());
    child.environment().put("LD_LIBRARY_PATH", directory.toString());
    child.redirectErrorStream(true).redirectOutput(output.toFile());
    assertEquals(0, child.start().waitFor(), () -> read(output));
    Figure figure = WriteFigure.figure();
    assertArrayEquals(
        figure.encode(ImageFormat.PNG),
        Files.readAllBytes(directory.resolve(figure.fileName(ImageFormat.PNG))));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
