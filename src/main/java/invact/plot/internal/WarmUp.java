package invact.plot.internal;

import java.awt.geom.Ellipse2D;

/** Loads the font, the text layout and the rasteriser before the first figure needs them. */
public final class WarmUp {
  private WarmUp() {}

  /** Starts the loading on a daemon thread; a failure shows again when a figure is drawn. */
  public static void start() {
    Thread.ofPlatform()
        .daemon()
        .name("figures-prepare")
        .uncaughtExceptionHandler((thread, problem) -> {})
        .start(() -> {
          Drawing drawing = new Drawing("", 64, 64);
          drawing.fill(FigureFont.outline("T", FigureFont.plain(12)));
          drawing.draw(new Ellipse2D.Double(8, 8, 48, 48));
          PngEncoder.encode(drawing);
        });
  }
}
