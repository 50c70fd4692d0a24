package invact.cli;

import invact.coefficients.CoefficientSet;
import invact.internal.io.AtomicFile;
import invact.internal.io.Printable;
import invact.plot.internal.Figure;
import invact.plot.internal.Figures;
import invact.plot.internal.ImageFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code invact plot}: draws coefficient sets. */
@Command(
    name = "plot",
    description = {
      "Draws coefficient sets.",
      "For each activation its two branches and the error of its sets against x; for each set and"
          + " branch the exact function, the approximant and the error."
    },
    footer = {
      "  invact plot --all",
      "  invact plot gelu-published gelu-paper --out figures --format svg",
      "  invact plot my-coefficients/silu-paper.json --format png,svg",
      "  invact plot gelu-paper --csv"
    })
final class PlotCommand implements Callable<Integer> {
  /** The folder of the pictures that fits draw. */
  static final Path FOLDER = Path.of("plots");

  @Spec private CommandSpec spec;

  @Mixin private SetArguments arguments;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "the folder to draw to; default figures, so that the pictures in plots stay")
  private Path out = Path.of("figures");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      split = ",",
      description = "png, svg, or both with a comma; default png")
  private List<ImageFormat> formats = List.of(ImageFormat.PNG);

  @Option(
      names = "--csv",
      description = "also write the data of each figure, NAME.csv: panel, curve, axis, x, y")
  private boolean csv;

  @Override
  public Integer call() throws IOException {
    Figures.prepare();
    AtomicFile.requireWritableDirectory(out);
    List<CoefficientSet> sets = arguments.load();
    List<Figure> figures;
    try {
      figures = Figures.of(sets);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    for (ImageFormat format : formats) {
      for (Path file : Figures.write(figures, out, format)) {
        spec.commandLine().getOut().println(Printable.line(file.toString()));
      }
    }
    if (csv) {
      for (Figure figure : figures) {
        spec.commandLine().getOut().println(figure.writeData(out));
      }
    }
    spec.commandLine().getOut().flush();
    return 0;
  }
}
