package invact.coefficients.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.Required;
import invact.coefficients.CoefficientSet;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code coefficient_reader.py}, which was written from the schema's text alone, gets the figures
 * that the sets state and the README prints.
 *
 * <p>It needs Python with numpy: {@code -Dinvact.python=PROGRAM}, by default that of a virtual
 * environment in {@code target/python}, as {@code .ci/run} makes it, else {@code python3}.
 */
class IndependentReaderTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));
  private static final Path READER = Path.of("src/test/resources/reference/coefficient_reader.py");

  /** Four digits, the last one rounded. */
  private static final double FOUR_DIGITS = 0.5e-4;

  /** Set and key to what the reader found. */
  private static final Map<String, Double> FOUND = new TreeMap<>();

  private static final Map<String, Double> STATED = new TreeMap<>();

  @BeforeAll
  static void readAllSets() throws Exception {
    String python = python();
    Required.found(
        "python",
        run(List.of(python, "-c", "import numpy")).isPresent(),
        "there is no numpy for "
            + python
            + ": python3 -m venv target/python && target/python/bin/pip install -r "
            + READER.resolveSibling("requirements.txt"));
    List<String> command = new ArrayList<>(List.of(python, READER.toString()));
    for (String name : ShippedSets.names()) {
      command.add("coefficients/" + name + ".json");
    }
    for (String line : run(command).orElseThrow()) {
      String[] cells = line.split(" ");
      STATED.put(cells[0] + " " + cells[1], Double.parseDouble(cells[2]));
      FOUND.put(cells[0] + " " + cells[1], Double.parseDouble(cells[3]));
    }
  }

  private static String python() {
    Path own = BASE.resolve("target/python/bin/python3");
    return System.getProperty(
        "invact.python", Files.isExecutable(own) ? own.toString() : "python3");
  }

  /** The lines that a program prints; nothing if it cannot be run or fails. */
  private static Optional<List<String>> run(List<String> command) throws Exception {
    File output = File.createTempFile("invact", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(BASE.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output)
              .start();
      assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running: " + command.getFirst());
      return process.exitValue() == 0
          ? Optional.of(Files.readAllLines(output.toPath()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } finally {
      Files.delete(output.toPath());
    }
  }

  /** 6 figures of the branches and 15 in use. */
  @Test
  void everyStatedErrorIsFound() {
    assertEquals(21 * ShippedSets.names().size(), FOUND.size());
    FOUND.forEach((key, found) -> assertFourDigits(key, STATED.get(key), found));
  }

  /** What Java reads is what the reader read. */
  @Test
  void theStatedErrorsAreThoseOfTheSets() {
    for (String name : ShippedSets.names()) {
      CoefficientSet set = ShippedSets.load(name);
      assertEquals(
          set.left().derivativeError().rms(), STATED.get(name + " left.derivativeError.rms"));
      assertEquals(
          set.errorInUse().orElseThrow().bf16().found().bias(),
          STATED.get(name + " errorInUse.bf16.bias"));
    }
  }

  @Test
  void theTablesOfTheReadmeAreFound() throws Exception {
    String number = "\\s+(-?[0-9.e+-]+)";
    Pattern row = Pattern.compile("(\\S+)\\s+(bf16|fp16)" + number.repeat(6));
    int rows = 0;
    for (String line : Files.readAllLines(BASE.resolve("coefficients/README.md"))) {
      Matcher cells = row.matcher(line);
      if (cells.matches()) {
        String use = cells.group(1) + " errorInUse." + cells.group(2) + ".";
        double rms = FOUND.get(use + "rms");
        double irreducible = FOUND.get(use + "irreducibleRms");
        assertFourDigits(line, cell(cells, 3), rms);
        assertFourDigits(line, cell(cells, 4), irreducible);
        assertEquals(cells.group(5), "%.3f".formatted(rms / irreducible), line);
        assertFourDigits(line, cell(cells, 6), FOUND.get(use + "bias"));
        assertFourDigits(line, cell(cells, 7), FOUND.get(use + "maxAbs"));
        assertFourDigits(line, cell(cells, 8), FOUND.get(use + "irreducibleMaxAbs"));
        rows++;
      }
    }
    assertEquals(14, rows);
  }

  private static double cell(Matcher cells, int group) {
    return Double.parseDouble(cells.group(group));
  }

  private static void assertFourDigits(String what, double stated, double found) {
    assertEquals(stated, found, FOUR_DIGITS * Math.abs(stated), what);
  }
}
