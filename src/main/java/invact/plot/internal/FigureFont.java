package invact.plot.internal;

import invact.internal.io.Failure;
import invact.internal.io.TemporaryFiles;
import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * DejaVu Sans 2.37, the font of all figures; its licence is beside it in the jar. Figures look the
 * same on every machine, also where no font is installed.
 *
 * <p>Three system properties are set here before the JDK's graphics start, unless they have a
 * value:
 *
 * <ul>
 *   <li>{@code java.awt.headless}: figures need no display.
 *   <li>{@code sun.awt.fontconfig}: without the fontconfig library, or with no font installed, the
 *       JDK refuses to load even a font that it is handed. A font configuration that names no fonts
 *       keeps it from asking fontconfig, which also spares the time that takes. Set only while the
 *       font is loaded.
 *   <li>{@code sun.font.layout.ffm}: the JDK's text layout calls its native part through the
 *       Foreign Function API by default, and getting that ready costs 70 ms at the first text;
 *       false makes it use JNI, which costs 10 (JDK 25, measured).
 * </ul>
 */
final class FigureFont {
  /** Antialiased, with fractional metrics: text is laid out as its outlines are, on any device. */
  static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

  private static final String RESOURCE = "/invact/plot/DejaVuSans.ttf";
  private static final String CONFIGURATION_KEY = "sun.awt.fontconfig";
  private static final String EMPTY_CONFIGURATION = "version=1\nsequence.allfonts=default\n";

  private static Font loaded;

  private FigureFont() {}

  /**
   * The font in one size.
   *
   * @param size in the drawing's units
   * @return the font
   * @throws UncheckedIOException if the font cannot be loaded, as without room for temporary files
   */
  static Font plain(float size) {
    return font().deriveFont(size);
  }

  /**
   * What a text looks like, its baseline starting at (0, 0).
   *
   * @param text at least one character
   * @param font the font
   * @return its outline
   */
  static Shape outline(String text, Font font) {
    return new TextLayout(text, font, CONTEXT).getOutline(null);
  }

  private static void setDefault(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }

  private static synchronized Font font() {
    if (loaded == null) {
      loaded = load();
    }
    return loaded;
  }

  private static Font load() {
    setDefault("java.awt.headless", "true");
    setDefault("sun.font.layout.ffm", "false");
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      TemporaryFiles.deleteStale(folder);
      // From a stream the JDK would make a file that a killed run leaves behind for good.
      Path font = TemporaryFiles.create(folder);
      font.toFile().deleteOnExit();
      Files.write(font, resource());
      if (System.getProperty(CONFIGURATION_KEY) != null) {
        return Font.createFont(Font.TRUETYPE_FONT, font.toFile());
      }
      Path configuration = TemporaryFiles.create(folder);
      try {
        Files.writeString(configuration, EMPTY_CONFIGURATION, StandardCharsets.US_ASCII);
        System.setProperty(CONFIGURATION_KEY, configuration.toString());
        return Font.createFont(Font.TRUETYPE_FONT, font.toFile());
      } finally {
        System.clearProperty(CONFIGURATION_KEY);
        Files.delete(configuration);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(
              "cannot load the font of the figures: no temporary file in "
                  + folder
                  + ": "
                  + Failure.reason(e)
                  + "; name another folder by INVACT_JAVA_OPTS=-Djava.io.tmpdir=DIR",
              e));
    } catch (FontFormatException e) {
      throw new IllegalStateException("the jar is damaged: " + RESOURCE, e);
    }
  }

  private static byte[] resource() throws IOException {
    try (InputStream in = FigureFont.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the jar is incomplete: it lacks " + RESOURCE);
      }
      return in.readAllBytes();
    }
  }
}
