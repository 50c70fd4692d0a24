package invact.cli;

import invact.internal.io.AtomicFile;
import invact.internal.io.CsvTable;
import invact.internal.io.Printable;
import invact.plot.internal.Chart;
import invact.plot.internal.ChartFigure;
import invact.plot.internal.Figure;
import invact.plot.internal.Figures;
import invact.plot.internal.ImageFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code invact chart}: draws tables of measurements. */
@Command(
    name = "chart",
    description = {
      "Draws a CSV file: lines, bars side by side or on each other, or histograms, in the look of"
          + " the other figures.",
      "Each value of --panel has a panel, each of --series a colour, each of --line a line in that"
          + " colour; each --y, and each --show of it, is a row of panels. Panels, series and"
          + " groups stand in the order of the file, or of --where.",
      "The file has a header and commas; an empty field was not measured."
    },
    footer = {
      "  invact chart training.csv --x step --y loss --series run --line seed --panel model"
          + " --reference native --show value,difference --out training.png",
      "  invact chart memory.csv --kind bar --x model --y held_mib,step_ms --series row"
          + " --where dtype=bf16 --where row=eager,inverted --reference eager --show ratio"
          + " --out memory.svg",
      "  invact chart histograms.csv --kind step --x bin_left --y count --density --series layer"
          + " --panel model --x-range=-6:4 --out histograms.png"
    })
final class ChartCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "the CSV file")
  private Path file;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "line; bar: groups of bars, one for each x; stack: bars on each other; step: histograms,"
              + " x being the left ends of cells of one width; default line")
  private Chart.Kind kind = Chart.Kind.LINE;

  @Option(names = "--x", paramLabel = "COLUMN", required = true, description = "abscissas")
  private String x;

  @Option(
      names = "--y",
      paramLabel = "COLUMN",
      required = true,
      split = ",",
      description = "ordinates, one column or several with commas")
  private List<String> y;

  @Option(names = "--panel", paramLabel = "COLUMN", description = "what panels differ in")
  private String panel;

  @Option(names = "--series", paramLabel = "COLUMN", description = "what colours differ in")
  private String series;

  @Option(
      names = "--line",
      paramLabel = "COLUMN",
      description = "what lines of one colour differ in, such as the seed")
  private String line;

  @Option(
      names = "--where",
      paramLabel = "COLUMN=VALUE[,VALUE...]",
      description =
          "takes these lines of the file alone, in this order; may be given several times")
  private List<String> where = List.of();

  @Option(
      names = "--reference",
      paramLabel = "VALUE",
      description = "the value of --series that the others are compared with")
  private String reference;

  @Option(
      names = "--show",
      paramLabel = "WHAT",
      split = ",",
      description =
          "value; difference or ratio: to the mean of the reference's lines at the same x; default"
              + " value")
  private List<Chart.Show> shows = List.of(Chart.Show.VALUE);

  @Option(
      names = "--density",
      description = "of a histogram, the part of a line's counts that a cell has, by its width")
  private boolean density;

  @Option(
      names = "--smooth",
      paramLabel = "POINTS",
      description = "moving means of so many points, odd; the data stay as thin lines")
  private int smooth = 1;

  @Option(names = "--x-range", paramLabel = "LOW:HIGH", description = "what is shown of x")
  private Chart.Range xRange;

  @Option(
      names = "--y-range",
      paramLabel = "LOW:HIGH",
      split = ",",
      description = "what is shown of y, for each row of panels")
  private List<Chart.Range> yRanges = List.of();

  @Option(names = "--x-title", paramLabel = "TEXT", description = "default: the column's name")
  private String xTitle;

  @Option(
      names = "--y-title",
      paramLabel = "TEXT",
      description = "default: the column's name; once for each row of panels")
  private List<String> yTitles = List.of();

  @Option(
      names = "--title",
      paramLabel = "TEXT",
      description = "what the figure shows; stands above it where there is no --panel")
  private String title;

  @Option(
      names = "--panel-height",
      paramLabel = "TENTHS",
      description = "tenths of a millimetre; default 640, of several rows 500")
  private Integer panelHeight;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description =
          "where to, a .png or .svg; a file that is there is replaced whole or not at all")
  private Path out;

  @Override
  public Integer call() throws IOException {
    // The root of a file system has no name.
    String name = out.getFileName() == null ? "" : out.getFileName().toString();
    int dot = name.lastIndexOf('.');
    ImageFormat format;
    Chart chart;
    try {
      format = ImageFormat.of(name.substring(dot + 1));
      chart = chart();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    AtomicFile.requireWritableDirectory(out.toAbsolutePath().getParent());
    Figures.prepare();
    CsvTable table = CsvTable.read(file);
    for (String condition : where) {
      int equals = condition.indexOf('=');
      if (equals < 1) {
        throw new ParameterException(
            spec.commandLine(), "--where " + condition + ": say COLUMN=VALUE");
      }
      table =
          table.where(
              condition.substring(0, equals),
              List.of(condition.substring(equals + 1).split(",", -1)));
    }
    Figure figure =
        ChartFigure.of(
            dot < 0 ? name : name.substring(0, dot), title == null ? "" : title, table, chart);
    byte[] picture;
    try {
      picture = figure.encode(format);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    AtomicFile.write(out, picture);
    spec.commandLine().getOut().println(Printable.line(out.toString()));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private Chart chart() {
    return new Chart(
        kind,
        new Chart.Columns(
            x,
            y,
            Optional.ofNullable(panel),
            Optional.ofNullable(series),
            Optional.ofNullable(line)),
        Optional.ofNullable(reference),
        shows,
        density,
        smooth,
        new Chart.Look(
            Optional.ofNullable(xTitle),
            yTitles,
            Optional.ofNullable(xRange),
            yRanges,
            Optional.ofNullable(panelHeight)));
  }

  /** A range as the command line gives it. */
  static Chart.Range range(String text) {
    String[] ends = text.split(":", -1);
    try {
      if (ends.length == 2) {
        return new Chart.Range(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not LOW:HIGH, two numbers", e);
    }
    throw new IllegalArgumentException("'" + text + "' is not LOW:HIGH, two numbers");
  }
}
