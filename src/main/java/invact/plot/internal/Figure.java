package invact.plot.internal;

import invact.internal.io.AtomicFile;
import invact.internal.io.CsvLines;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A figure: panels in rows, and one legend below them. It is 16 cm wide, the width of a page's
 * text, with text of 7 to 8 points.
 */
public final class Figure {
  static final int WIDTH = 1600;

  /** The usual height of a panel. */
  static final int PANEL_HEIGHT = 640;

  /** The most panels in a row. */
  private static final int COLUMNS = 3;

  private final String name;
  private final String title;
  private final int panelHeight;
  private final int columns;
  private final List<Panel> panels;

  /** Panels in as few rows as can be. */
  Figure(String name, String title, int panelHeight, List<Panel> panels) {
    this(name, title, panelHeight, columns(panels.size()), panels);
  }

  /** Panels in rows of some columns, from left to right and then downwards. */
  Figure(String name, String title, int panelHeight, int columns, List<Panel> panels) {
    this.name = name;
    this.title = title;
    this.panelHeight = panelHeight;
    this.columns = columns;
    this.panels = List.copyOf(panels);
  }

  /**
   * The name: that of its file, without the ending.
   *
   * @return for example {@code gelu-errors}
   */
  public String name() {
    return name;
  }

  /**
   * What the figure shows, in words; an SVG has it as its title.
   *
   * @return one line
   */
  public String title() {
    return title;
  }

  /**
   * The name of the figure's file.
   *
   * @param format its format
   * @return for example {@code gelu-errors.png}
   */
  public String fileName(ImageFormat format) {
    return name + "." + format.label();
  }

  /**
   * The whole content of the figure's file: the same bytes each time.
   *
   * @param format its format
   * @return the bytes
   */
  public byte[] encode(ImageFormat format) {
    return format.encode(drawing());
  }

  /**
   * Writes the figure to {@link #fileName} in a directory, whole or not at all.
   *
   * @param directory where; made if it is not there
   * @param format the file's format
   * @return the file
   * @throws IOException if the directory cannot be written; the message names it
   */
  public Path write(Path directory, ImageFormat format) throws IOException {
    Path file = directory.resolve(fileName(format));
    AtomicFile.write(file, encode(format));
    return file;
  }

  /**
   * The data of everything drawn, as CSV: panel, counted from 1, and its title, curve, axis, x and
   * y. A point that interrupts a line has y = NaN.
   *
   * @param out receives the lines
   */
  public void writeData(Writer out) {
    CsvLines lines = new CsvLines(out, "panel", "title", "curve", "axis", "x", "y");
    for (int i = 0; i < panels.size(); i++) {
      Panel panel = panels.get(i);
      for (Curve curve : panel.curves()) {
        Axis axis = curve.side() == Curve.Side.RIGHT ? panel.right() : panel.left();
        for (int j = 0; j < curve.x().length; j++) {
          lines.add(i + 1, panel.title(), curve.label(), axis.title(), curve.x()[j], curve.y()[j]);
        }
      }
    }
  }

  /**
   * Writes {@link #writeData the figure's data} to NAME.csv in a directory, whole or not at all.
   *
   * @param directory where; made if it is not there
   * @return the file
   * @throws IOException if the directory cannot be written; the message names it
   */
  public Path writeData(Path directory) throws IOException {
    StringWriter text = new StringWriter();
    writeData(text);
    Path file = directory.resolve(name + ".csv");
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    return file;
  }

  /** The number of panels in a row. */
  int columns() {
    return columns;
  }

  List<Panel> panels() {
    return panels;
  }

  Drawing drawing() {
    Legend legend = new Legend(panels, WIDTH);
    int bottom = StrictMath.ceilDiv(panels.size(), columns) * panelHeight;
    Drawing drawing = new Drawing(title, WIDTH, bottom + legend.height());
    int panelWidth = WIDTH / columns;
    for (int i = 0; i < panels.size(); i++) {
      Rectangle2D place =
          new Rectangle2D.Double(
              i % columns * panelWidth, i / columns * panelHeight, panelWidth, panelHeight);
      panels.get(i).paint(drawing, place, panels.size() > columns ? axisWidth(i % columns) : 0);
    }
    legend.paint(drawing, bottom);
    return drawing;
  }

  /** The width of the widest left axis of a column: plots of a column start at the same x. */
  private double axisWidth(int column) {
    double width = 0;
    for (int i = column; i < panels.size(); i += columns) {
      width = StrictMath.max(width, panels.get(i).axisWidth(WIDTH / columns, panelHeight));
    }
    return width;
  }

  /** The width of each of several panels, where no number of columns is given. */
  static int panelWidth(int panels) {
    return WIDTH / columns(panels);
  }

  /** As few rows as can be, of equal length: 4 panels stand in two rows of 2. */
  private static int columns(int panels) {
    int rows = StrictMath.ceilDiv(panels, COLUMNS);
    return StrictMath.ceilDiv(panels, rows);
  }
}
