package invact.cli;

import invact.activation.Activation;
import invact.fit.internal.selection.Candidate;
import invact.fit.internal.selection.Finding;
import invact.fit.internal.selection.Method;
import invact.fit.internal.selection.SearchResult;
import invact.internal.io.AtomicFile;
import invact.numeric.Dtype;
import invact.plot.internal.Figure;
import invact.plot.internal.ImageFormat;
import invact.plot.internal.ParetoFigure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Draws the findings of searches: a figure for each activation and dtype. */
final class ParetoPlot {
  private final Path path;
  private final ImageFormat fileFormat;
  private final boolean folder;

  private ParetoPlot(Path path, ImageFormat fileFormat, boolean folder) {
    this.path = path;
    this.fileFormat = fileFormat;
    this.folder = folder;
  }

  static ParetoPlot toFile(Path file, ImageFormat format) {
    return new ParetoPlot(file, format, false);
  }

  static ParetoPlot toFolder(Path folder) {
    return new ParetoPlot(folder, ImageFormat.PNG, true);
  }

  /** Writes the figures and returns their files. */
  List<Path> write(List<SearchResult> results) throws IOException {
    record Key(Activation activation, Dtype dtype) {}
    Map<Key, List<SearchResult>> grouped = new LinkedHashMap<>();
    for (SearchResult result : results) {
      grouped
          .computeIfAbsent(
              new Key(result.problem().activation(), result.problem().dtype()),
              key -> new ArrayList<>())
          .add(result);
    }
    List<Path> files = new ArrayList<>();
    for (Map.Entry<Key, List<SearchResult>> each : grouped.entrySet()) {
      Figure figure = figure(each.getKey().activation, each.getKey().dtype, each.getValue());
      if (folder) {
        files.add(figure.write(path, fileFormat));
      } else {
        AtomicFile.write(path, figure.encode(fileFormat));
        files.add(path);
      }
    }
    return files;
  }

  private static Figure figure(Activation activation, Dtype dtype, List<SearchResult> results) {
    String suffix = dtype == Dtype.FP32 ? "" : "-" + dtype.label();
    return ParetoFigure.of(
        activation.name() + "-pareto" + suffix,
        activation.title() + ", " + dtype.label() + ": error of the derivative against cost",
        dtype == Dtype.FP32
            ? "largest error of the derivative"
            : "RMS error of the derivative, " + dtype.label(),
        results.stream().map(ParetoPlot::side).toList());
  }

  private static ParetoFigure.Side side(SearchResult result) {
    Set<Finding.Measured> front = Set.copyOf(result.front());
    List<ParetoFigure.Point> points = new ArrayList<>();
    for (Finding.Measured each : result.measured()) {
      points.add(
          new ParetoFigure.Point(
              family(each.candidate()),
              each.candidate().cost().issueSlots(),
              result.error(each),
              front.contains(each)));
    }
    return new ParetoFigure.Side(
        result.problem().activation().title()
            + ", "
            + result.problem().branch().label()
            + " branch",
        points,
        result.irreducible());
  }

  private static ParetoFigure.Family family(Candidate candidate) {
    if (candidate.method() == Method.PUBLISHED) {
      return ParetoFigure.Family.PUBLISHED;
    }
    return switch (candidate.kind()) {
      case PAPER -> ParetoFigure.Family.PAPER;
      case POLYNOMIAL -> ParetoFigure.Family.POLYNOMIAL;
      case RATIONAL -> ParetoFigure.Family.RATIONAL;
      case EXPONENTIAL -> ParetoFigure.Family.EXPONENTIAL;
      case SEGMENTED -> ParetoFigure.Family.SEGMENTED;
    };
  }
}
