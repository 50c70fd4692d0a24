package invact.fit.internal.leastsquares;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One NIST nonlinear regression problem, as its file certifies it. */
public record NistProblem(
    double[][] starts,
    double[] parameters,
    double[] standardErrors,
    double sumOfSquares,
    double residualStandardDeviation,
    double[] x,
    double[] y) {

  private static final Pattern DATA_LINES = Pattern.compile("Data +\\(lines (\\d+) to (\\d+)\\)");

  /** Reads the file of this name. */
  public static NistProblem read(String name) throws IOException {
    String text;
    try (InputStream file = NistProblem.class.getResourceAsStream("/nist/" + name + ".dat")) {
      text = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
    }
    List<String> lines = text.lines().toList();
    double[][] rows =
        lines.stream()
            .filter(line -> line.matches(" *b\\d+ = .*"))
            .map(line -> numbers(line.substring(line.indexOf('=') + 1)))
            .toArray(double[][]::new);
    Matcher range = DATA_LINES.matcher(text);
    if (!range.find()) {
      throw new IOException(name + " does not say where its data are");
    }
    double[][] points =
        lines
            .subList(Integer.parseInt(range.group(1)) - 1, Integer.parseInt(range.group(2)))
            .stream()
            .map(NistProblem::numbers)
            .toArray(double[][]::new);
    return new NistProblem(
        new double[][] {column(rows, 0), column(rows, 1)},
        column(rows, 2),
        column(rows, 3),
        after(lines, "Residual Sum of Squares:"),
        after(lines, "Residual Standard Deviation:"),
        column(points, 1),
        column(points, 0));
  }

  private static double after(List<String> lines, String label) {
    return lines.stream()
        .filter(line -> line.startsWith(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(label.length()).strip()))
        .findFirst()
        .orElseThrow();
  }

  private static double[] numbers(String line) {
    return Pattern.compile(" +")
        .splitAsStream(line.strip())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  private static double[] column(double[][] rows, int column) {
    double[] values = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      values[i] = rows[i][column];
    }
    return values;
  }
}
