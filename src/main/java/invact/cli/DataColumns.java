package invact.cli;

import invact.internal.io.CsvException;
import invact.internal.io.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Points to fit to, from columns of a CSV file. */
final class DataColumns {
  @Parameters(
      paramLabel = "FILE",
      description =
          "a CSV file with commas; a first line of numbers alone is no header, and the columns are"
              + " then called 1, 2, ...; lines without a value in a column used are left out")
  private Path file;

  @Option(
      names = "--x",
      paramLabel = "COLUMN",
      description = "abscissas; default: the column x, or else the first one")
  private String x;

  @Option(
      names = "--y",
      paramLabel = "COLUMN",
      description = "ordinates; default: the column y, or else the first one that is not in use")
  private String y;

  @ArgGroup private Weighting weighting = new Weighting();

  /** How much points count. */
  static final class Weighting {
    @Option(
        names = "--weights",
        paramLabel = "COLUMN",
        description = "weights w of S = sum of w*(y - m(x))^2, not negative; default 1")
    private String weights;

    @Option(
        names = "--sigma",
        paramLabel = "COLUMN",
        description = "standard deviations of y instead, positive: w = 1/sigma^2")
    private String sigma;
  }

  /**
   * The points.
   *
   * @param file the file's name
   * @param x the name of the abscissas
   * @param y the name of the ordinates
   * @param weighting the name of the column of weights or standard deviations
   * @param points x, y, w and σ of each; σ is NaN where weights are given
   * @param leftOut how many lines lacked a value
   */
  record Points(
      Path file, String x, String y, Optional<String> weighting, double[][] points, int leftOut) {
    private double[] column(int index) {
      return Stream.of(points).mapToDouble(point -> point[index]).toArray();
    }

    double[] abscissas() {
      return column(0);
    }

    double[] ordinates() {
      return column(1);
    }

    double[] weights() {
      return column(2);
    }

    /** The standard deviations; empty if none are given. */
    double[] sigmas() {
      double[] sigmas = column(3);
      return Arrays.stream(sigmas).anyMatch(Double::isNaN) ? new double[0] : sigmas;
    }
  }

  boolean isWeighted() {
    return weighting.weights != null || weighting.sigma != null;
  }

  Path file() {
    return file;
  }

  Points read() throws IOException {
    CsvTable table = CsvTable.readNumbers(file);
    List<String> taken =
        Stream.of(x, y, weighting.weights, weighting.sigma).filter(Objects::nonNull).toList();
    String abscissas = x != null ? x : usual("x", table, taken);
    String ordinates =
        y != null
            ? y
            : usual("y", table, Stream.concat(taken.stream(), Stream.of(abscissas)).toList());
    Optional<String> weights =
        Optional.ofNullable(weighting.weights != null ? weighting.weights : weighting.sigma);
    List<double[]> points = new ArrayList<>();
    for (CsvTable.Row row : table.rows()) {
      OptionalDouble px = row.number(abscissas);
      OptionalDouble py = row.number(ordinates);
      OptionalDouble pw = weights.isPresent() ? row.number(weights.get()) : OptionalDouble.of(1);
      if (px.isPresent() && py.isPresent() && pw.isPresent()) {
        points.add(point(row, px.getAsDouble(), py.getAsDouble(), pw.getAsDouble()));
      }
    }
    return new Points(
        file,
        abscissas,
        ordinates,
        weights,
        points.toArray(double[][]::new),
        table.rows().size() - points.size());
  }

  private double[] point(CsvTable.Row row, double px, double py, double pw) throws CsvException {
    if (weighting.sigma == null) {
      if (pw < 0) {
        throw row.problem(weighting.weights, "a weight is not negative: " + pw);
      }
      return new double[] {px, py, pw, Double.NaN};
    }
    double weight = 1 / pw / pw;
    if (!(pw > 0) || !Double.isFinite(weight) || weight == 0) {
      throw row.problem(
          weighting.sigma, "a standard deviation is positive, and its square a number: " + pw);
    }
    return new double[] {px, py, weight, pw};
  }

  /** The column of this name, or else the first one that is not in use. */
  private static String usual(String name, CsvTable table, List<String> taken) throws CsvException {
    if (table.columns().contains(name) && !taken.contains(name)) {
      return name;
    }
    return table.columns().stream()
        .filter(column -> !taken.contains(column))
        .findFirst()
        .orElseThrow(() ->
            new CsvException(
                table.file() + ": has no column left for " + name + ": name one by --" + name));
  }
}
