package invact.cli;

import invact.activation.internal.expression.Expression;
import invact.fit.internal.data.DataFit;
import invact.fit.internal.data.DataFitter;
import invact.fit.internal.data.DataProblem;
import invact.internal.io.AtomicFile;
import invact.plot.internal.DataFigure;
import invact.plot.internal.Figure;
import invact.plot.internal.Figures;
import invact.plot.internal.ImageFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code invact fit data}: a model of one's own on points of one's own. */
@Command(
    name = "data",
    description = {
      "Fits a model to the points of a CSV file by least squares.",
      "The model is an expression in x; its other names are the parameters. It knows + - * / ^, pi,"
          + " e, and the functions abs, atan, cos, cosh, erf, exp, expm1, log, log1p, normcdf,"
          + " sigmoid, sin, sinh, softplus, sqrt, tanh, max, min.",
      "A parameter that ends at a bound is held there; the standard errors of the others are given"
          + " that it is."
    },
    footer = {
      "  invact fit data points.csv --model 'a*exp(-b*x)+c' --start a=1,b=0.5,c=0",
      "  invact fit data points.csv --x time --y signal --sigma error --absolute-sigma"
          + " --model 'a*exp(-b*x)+c' --start a=1,b=0.5 --fix c=0 --plots figures",
      "  invact fit data points.csv --model 'a*x^b' --start a=1,b=1 --bounds a=0:,b=-5:5"
          + " --starts 20 --json"
    })
final class FitDataCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private DataColumns columns;

  @Option(
      names = "--model",
      paramLabel = "EXPRESSION",
      required = true,
      description = "the curve, such as a*exp(-b*x)+c")
  private Expression model;

  @Mixin private ParameterOptions parameters;

  @Option(
      names = "--absolute-sigma",
      description =
          "standard errors from --sigma (or 1/sqrt(w)) as it is; default: scaled so that S is what"
              + " the points have freedom for")
  private boolean absoluteSigma;

  @Option(
      names = "--starts",
      paramLabel = "N",
      description =
          "searches: the first from --start, the others from random points: between two bounds"
              + " uniform, otherwise the start (or its distance from its bound) times 0.1 to 10;"
              + " default 1")
  private int starts = 1;

  @Option(names = "--seed", paramLabel = "S", description = "seed of the random starts; default 1")
  private long seed = 1;

  @Option(names = "--json", description = "print one JSON document instead of the report")
  private boolean json;

  @Option(names = "--out", paramLabel = "FILE", description = "write the JSON document to FILE")
  private Path out;

  @ArgGroup private FitOutput.Drawing drawing = new FitOutput.Drawing();

  @Override
  public Integer call() throws IOException {
    FitCommand.requireNothingBefore(spec);
    if (starts < 1) {
      throw new ParameterException(spec.commandLine(), "--starts must be at least 1: " + starts);
    }
    if (absoluteSigma && !columns.isWeighted()) {
      throw new ParameterException(
          spec.commandLine(), "--absolute-sigma needs the column of --sigma or --weights");
    }
    List<DataProblem.Parameter> its = parameters.of(model);
    if (out != null) {
      AtomicFile.requireWritableDirectory(out.toAbsolutePath().getParent());
    }
    Optional<Path> folder = drawing.folder();
    if (folder.isPresent()) {
      AtomicFile.requireWritableDirectory(folder.get());
      Figures.prepare();
    }
    DataColumns.Points points = columns.read();
    DataFit fit =
        DataFitter.fit(
            new DataProblem(
                model,
                its,
                points.abscissas(),
                points.ordinates(),
                points.weights(),
                absoluteSigma),
            starts,
            seed);
    DataReport report = new DataReport(fit, points, seed);
    PrintWriter results = spec.commandLine().getOut();
    if (json) {
      results.print(report.json());
    } else {
      report.print(results);
    }
    results.flush();
    if (out != null) {
      AtomicFile.write(out, report.json().getBytes(StandardCharsets.UTF_8));
      spec.commandLine().getErr().println("result in " + out);
    }
    if (folder.isPresent()) {
      Figure figure =
          new DataFigure(
                  points.x(), points.y(), points.abscissas(), points.ordinates(), points.sigmas())
              .of(name() + "-fit", model.text(), fit::value);
      spec.commandLine()
          .getErr()
          .println("figure in " + figure.write(folder.get(), ImageFormat.PNG));
    }
    return 0;
  }

  /** A column's name, or its number in words. */
  private static String title(String column) {
    return column.matches("\\d+") ? "column " + column : column;
  }

  /** The name of the data's file without its ending. */
  private String name() {
    String name = columns.file().getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
