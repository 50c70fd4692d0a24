package invact.cli;

import static invact.cli.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.cli.CommandTest.Run;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.BranchApproximant;
import invact.form.internal.Forms;
import invact.internal.io.CsvTable;
import invact.runtime.Backends;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the commands print for other programs to go on with: CSV and JSON. */
class DataCommandsTest {
  @TempDir private Path folder;

  private CsvTable table(String text) throws Exception {
    Path file = Files.writeString(folder.resolve("table.csv"), text);
    return CsvTable.read(file);
  }

  @Test
  void samplesAreAllInputsAndGiveTheErrorsOfTheTable() throws Exception {
    Run run = run("evaluate", "gelu-bf16", "--dtype", "bf16", "--csv");
    assertEquals(0, run.exitCode(), run.err());
    List<CsvTable.Row> rows = table(run.out()).rows();
    // 2^16 patterns, without those of 2 infinities and 254 NaNs.
    assertEquals(65536 - 256, rows.size());
    Activation gelu = Activations.GELU;
    double squares = 0;
    for (CsvTable.Row row : rows) {
      double x = row.number("x").orElseThrow();
      double exact = row.number("exact").orElseThrow();
      double error = row.number("error").orElseThrow();
      assertEquals(gelu.branch(x).label(), row.text("branch"));
      assertEquals(gelu.derivative(x), exact);
      assertEquals(row.number("found").orElseThrow() - exact, error);
      squares += error * error;
    }
    JsonNode both =
        JsonMapper.shared()
            .readTree(run("evaluate", "gelu-bf16", "--dtype", "bf16", "--json").out())
            .get("evaluations")
            .get(2);
    assertEquals("both", both.get("branch").stringValue());
    double rms = both.get("derivativeRms").doubleValue();
    // The sum here is not compensated: 65,280 roundings.
    assertEquals(rms, StrictMath.sqrt(squares / rows.size()), 1e-11 * rms);
  }

  @Test
  void evaluatePrintsATableOrJson() {
    Run table = run("evaluate", "gelu-published", "--dtype", "fp64,bf16");
    assertEquals(0, table.exitCode(), table.err());
    // A header and six rows, and below them the irreducible error's heading, header and row, and
    // those of what
    // is proved, with two rows.
    assertEquals(16, table.out().lines().count(), table.out());
    Run json = run("evaluate", "gelu-published", "--dtype", "fp64", "--json");
    JsonNode rows = JsonMapper.shared().readTree(json.out()).get("evaluations");
    assertEquals(3, rows.size());
    assertEquals("right", rows.get(1).get("branch").stringValue());
    assertEquals(1.8698e-2, rows.get(1).get("derivativeMaxAbs").doubleValue(), 0.5e-6);
  }

  /** The irreducible errors are those of {@code reference/floor.csv}, to its digits. */
  @Test
  void evaluatePrintsIrreducibleErrorsAsJson() {
    Run run = run("evaluate", "silu-published", "--dtype", "fp32,bf16", "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode errors = JsonMapper.shared().readTree(run.out()).get("irreducibleErrors");
    assertEquals(1, errors.size(), "fp32 has none for x ~ N(0,1)");
    JsonNode bf16 = errors.get(0);
    assertEquals("bf16", bf16.get("dtype").stringValue());
    assertEquals(1.508829e-3, bf16.get("irreducibleRms").doubleValue(), 0.5e-9);
    assertEquals(1.141650e-2, bf16.get("irreducibleMaxAbs").doubleValue(), 0.5e-8);
    assertTrue(bf16.get("rms").doubleValue() > bf16.get("irreducibleRms").doubleValue());
  }

  @Test
  void eachFigureHasItsDataBesideIt() throws Exception {
    Run run = run("plot", "silu-paper", "--csv", "--out", folder.toString());
    assertEquals(0, run.exitCode(), run.err());
    List<Path> files = run.out().lines().map(Path::of).toList();
    long pictures = files.stream().filter(file -> file.toString().endsWith(".png")).count();
    assertEquals(2 * pictures, files.size(), run.out());
    CsvTable left = CsvTable.read(folder.resolve("silu-paper-left.csv"));
    double worst = 0;
    for (CsvTable.Row row : left.rows()) {
      if (row.text("curve").contains("error")) {
        worst = Math.max(worst, Math.abs(row.number("y").orElse(0)));
      }
    }
    // The figure's samples are not those of the stated error.
    double stated = CoefficientSet.shipped("silu-paper").left().derivativeError().maxAbs();
    String axis = left.rows().getLast().text("axis");
    assertTrue(axis.contains("10⁻⁴"), axis);
    assertEquals(stated, 1e-4 * worst, 0.01 * stated);
  }

  @Test
  void aSetDiffersFromItselfInNothing() {
    JsonNode answer =
        JsonMapper.shared().readTree(run("compare", "silu-fp32", "silu-fp32", "--json").out());
    for (JsonNode branch : answer.get("branches")) {
      assertEquals(0, branch.get("coefficientsThatDiffer").intValue());
      assertEquals(0, branch.get("largestDifference").get("absolute").doubleValue());
    }
  }

  @Test
  void theLargestDifferenceIsThatOfTheDerivatives() {
    JsonNode answer =
        JsonMapper.shared()
            .readTree(run("compare", "gelu-published", "gelu-paper", "--json").out());
    JsonNode left = answer.get("branches").get(0);
    JsonNode largest = left.get("largestDifference");
    BranchApproximant published = CoefficientSet.shipped("gelu-published").left().approximant();
    BranchApproximant refitted = CoefficientSet.shipped("gelu-paper").left().approximant();
    double y = Activations.GELU.value(largest.get("at").doubleValue());
    double there = Math.abs(published.derivative(y) - refitted.derivative(y));
    assertEquals(there, largest.get("absolute").doubleValue());
    for (double x = Activations.GELU.argmin(); x > -12; x -= 0.01) {
      double other = Activations.GELU.value(x);
      double difference = Math.abs(published.derivative(other) - refitted.derivative(other));
      // Between the points of the command, 2^-10 apart, the curves bend by less than a thousandth.
      assertTrue(difference <= 1.001 * there, "at " + x);
    }
    assertEquals(4, left.get("coefficientsThatDiffer").intValue());
    assertEquals(
        refitted.approximant().coefficients()[0],
        left.get("second").get("coefficients").get(0).doubleValue());
  }

  @Test
  void setsOfTwoActivationsAreNotCompared() {
    Run run = run("compare", "gelu-paper", "silu-paper");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("compare sets of one activation"), run.err());
  }

  @Test
  void listAndDoctorHaveJson() {
    JsonNode list = JsonMapper.shared().readTree(run("list", "--json").out());
    assertEquals(CoefficientSet.shippedNames().size(), list.get("sets").size());
    assertEquals(Forms.families().size(), list.get("forms").size());
    assertEquals(Activations.all().size(), list.get("activations").size());
    assertEquals(Backends.all().size(), list.get("backends").size());
    JsonNode parts = JsonMapper.shared().readTree(run("doctor", "--json").out()).get("parts");
    assertEquals("Java", parts.get(0).get("part").stringValue());
    assertTrue(parts.get(0).get("isThere").booleanValue());
  }

  @Test
  void theVersionNamesWhatDecidesResults() {
    for (String[] arguments : new String[][] {{"--version"}, {"fit", "-V"}}) {
      Run run = run(arguments);
      assertEquals(0, run.exitCode());
      List<String> lines = run.out().lines().toList();
      assertTrue(lines.get(0).startsWith("invact "), run.out());
      assertTrue(lines.get(1).startsWith("Java: " + Runtime.version()), run.out());
      assertTrue(run.out().contains("scalar backend: yes"), run.out());
      assertTrue(lines.getLast().startsWith("driver: "), run.out());
    }
  }
}
