package invact.cli;

import invact.activation.Activation;
import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import invact.evaluate.internal.MeasuredInUse;
import invact.fit.FitRequest;
import invact.internal.io.AtomicFile;
import invact.internal.io.Printable;
import invact.plot.internal.Figure;
import invact.plot.internal.Figures;
import invact.plot.internal.ImageFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the sets of a fit go: to stdout as a table or JSON, and to folders. */
final class FitOutput {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(names = "--out", paramLabel = "DIR", description = "write coefficient sets to DIR")
  private Path out;

  @ArgGroup private Drawing drawing = new Drawing();

  @Option(names = "--json", description = "print one JSON document instead of the table")
  private boolean json;

  /** Whether and where to draw. */
  static final class Drawing {
    @Option(names = "--plots", paramLabel = "DIR", description = "draw figures to DIR")
    private Path plots;

    @Option(names = "--no-plots", description = "draw no figures")
    private boolean none;

    /** The folder, if one is named. */
    Optional<Path> folder() {
      return Optional.ofNullable(plots);
    }
  }

  /**
   * Fits, and keeps what was fitted. Folders are tried before anything is fitted. A set is written
   * as soon as the fit announces it, so that an interrupted run loses only the set it is at.
   *
   * @param activations what is fitted
   * @param isWhole whether sets and figures go to {@code coefficients/} and {@code plots/} where no
   *     folder is named
   * @param fit makes the fits; may announce sets before it ends
   * @param completed the sets to keep, given those that were fitted
   * @param figures the figures of the sets
   * @return the exit code
   */
  Integer run(
      List<Activation> activations,
      boolean isWhole,
      Function<Consumer<CoefficientSet>, FitReport> fit,
      UnaryOperator<List<CoefficientSet>> completed,
      Function<List<CoefficientSet>, List<Figure>> figures)
      throws IOException {
    FitCommand.requireNothingBefore(mixee);
    Optional<Path> setFolder = folder(out, isWhole, SetArguments.FOLDER);
    Optional<Path> figureFolder =
        folder(drawing.plots, isWhole && out == null && !drawing.none, PlotCommand.FOLDER);
    Optional<MeasuredInUse> inUse = Optional.empty();
    if (setFolder.isPresent()) {
      AtomicFile.requireWritableDirectory(setFolder.get());
      inUse = Optional.of(MeasuredInUse.prepare(activations));
    }
    if (figureFolder.isPresent()) {
      AtomicFile.requireWritableDirectory(figureFolder.get());
      Figures.prepare();
    }
    Set<String> written = new HashSet<>();
    Optional<MeasuredInUse> measuring = inUse;
    Consumer<List<CoefficientSet>> keep =
        some ->
            measuring.ifPresent(inputs -> {
              for (CoefficientSet set : measured(some, inputs)) {
                write(set, setFolder.get());
                written.add(set.name());
              }
            });
    FitReport report = fit.apply(set -> keep.accept(List.of(set)));
    print(report);
    List<CoefficientSet> sets = completed.apply(report.sets());
    FitWarnings.print(report.sets(), mixee.commandLine().getErr());
    keep.accept(sets.stream().filter(set -> !written.contains(set.name())).toList());
    PrintWriter err = mixee.commandLine().getErr();
    err.println(
        setFolder
            .map(folder -> Printable.line(written.size() + " coefficient sets in " + folder))
            .orElse("no file written: --out DIR keeps the coefficient sets"));
    if (figureFolder.isPresent()) {
      List<Figure> drawn = figures.apply(sets);
      Figures.write(drawn, figureFolder.get(), ImageFormat.PNG);
      err.println(Printable.line(drawn.size() + " figures in " + figureFolder.get()));
    }
    return 0;
  }

  /** Fits what a request asks for, and keeps it where a folder is named. */
  Integer run(FitRequest request) throws IOException {
    return run(
        request.activations(),
        false,
        announced -> FitReport.of(request),
        UnaryOperator.identity(),
        Figures::of);
  }

  private static Optional<Path> folder(Path named, boolean isUsual, Path usual) {
    return Optional.ofNullable(named != null ? named : isUsual ? usual : null);
  }

  private void print(FitReport report) {
    PrintWriter results = mixee.commandLine().getOut();
    if (json) {
      results.print(report.json());
    } else {
      report.print(results);
    }
    results.flush();
    mixee.commandLine().getErr().println(report.method());
  }

  private static List<CoefficientSet> measured(List<CoefficientSet> sets, MeasuredInUse inUse) {
    try {
      return inUse.measure(sets);
    } catch (IllegalArgumentException e) {
      throw new CoefficientException(
          "a set cannot be used in fp32, and is not written: " + e.getMessage(), e);
    }
  }

  private static void write(CoefficientSet set, Path folder) {
    try {
      set.write(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
