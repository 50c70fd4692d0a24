package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandTest {
  private static final Path COEFFICIENTS =
      Path.of(System.getProperty("invact.basedir", "."), "coefficients");

  @TempDir private Path folder;

  record Run(int exitCode, String out, String err) {}

  static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = InvactCommand.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    int exitCode = commandLine.execute(args);
    return new Run(exitCode, out.toString(), err.toString());
  }

  /** The main job on any machine gives the committed bytes. */
  @Test
  void mainJobReproducesTheCommittedCoefficients() throws Exception {
    Run run = run("fit", "--all", "--out", folder.toString());
    assertEquals(0, run.exitCode, run.err);
    assertTrue(names(COEFFICIENTS).containsAll(names(folder)) && names(folder).size() == 5);
    for (String name : names(folder)) {
      assertEquals(
          Files.readString(COEFFICIENTS.resolve(name)), Files.readString(folder.resolve(name)));
    }
    // A header, and GELU and SiLU left and right, SiLU once more for the sigmoid.
    assertEquals(7, run.out.lines().count(), run.out);
    assertTrue(run.err.contains("seed 1"), run.err);
  }

  @Test
  void fitPrintsOneJsonDocument() {
    Run run = run("fit", "--all", "--out", folder.toString(), "--json");
    assertEquals(0, run.exitCode, run.err);
    JsonNode fits = JsonMapper.shared().readTree(run.out).get("fits");
    assertEquals(6, fits.size());
    for (JsonNode fit : fits) {
      assertEquals(
          List.of(
              "activation",
              "branch",
              "form",
              "target",
              "objective",
              "sampling",
              "points",
              "coefficients",
              "sse",
              "rms",
              "maxAbs",
              "maxAbsAt",
              "derivativeRms",
              "derivativeMaxAbs",
              "conditionNumber",
              "starts",
              "agreeing",
              "converged"),
          List.copyOf(fit.propertyNames()));
      assertTrue(fit.get("converged").booleanValue());
      double meanSquare = fit.get("sse").doubleValue() / fit.get("points").intValue();
      assertEquals(StrictMath.sqrt(meanSquare), fit.get("rms").doubleValue(), 1e-15);
    }
  }

  @Test
  void aFitThatIsNotToldToWriteWritesNothing() throws Exception {
    Set<String> before = names(Path.of(""));
    Run run = run("fit", "least-squares", "gelu", "--points", "201", "--range", "-10:10");
    assertEquals(0, run.exitCode, run.err);
    assertTrue(run.err.contains("no file written"), run.err);
    assertEquals(before, names(Path.of("")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fit|name activations",
        "fit gelu --all|--all goes without names",
        "fit --all --defaults|--all, --defaults are mutually exclusive",
        "fit --defaults --points 101|Unknown option: '--points'",
        "fit gelu --plots p --no-plots|are mutually exclusive",
        "fit --expr x|--expr and --name go together",
        "fit --name my_f|--expr and --name go together",
        "fit --all --expr x --name my_f|--all goes without names",
        "fit swish-1|swish of slope 1 is silu",
        "fit gelu --objective minimax|Unknown option",
        "fit gelu minimax silu|activations and options go behind 'invact fit minimax'",
        "fit least-squares|name activations (gelu",
        "fit least-squares mish --target sigmoid|mish has no target 'sigmoid'",
        "fit relu|unknown activation 'relu': known are gelu, silu",
        "fit least-squares gelu --range 0:5|range 0.0:5.0 does not contain gelu's argmin T",
        "fit least-squares gelu --range five|'five' is no range: write LO:HI",
        "fit least-squares gelu --range 3:-3|range 3.0:-3.0 is empty",
        "fit least-squares gelu --points 5|fewer than the 4 coefficients of paper-gelu-left",
        "fit least-squares gelu --points 1|points must be",
        "fit least-squares gelu --points many|--points",
        "fit least-squares gelu --starts 0|starts must be from 1 to 10000: 0",
        "fit least-squares gelu --starts 2000000000|starts must be from 1 to 10000: 2000000000",
        "fit least-squares gelu --sampling chebyshev|unknown sampling 'chebyshev': use uniform-x"
            + " or",
        "fit minimax gelu --form spline|unknown form 'spline': known are paper-gelu-left",
        "fit minimax gelu --form a,b,c|names 3 forms: write LEFT,RIGHT",
        "fit minimax gelu --form root-polynomial-5-cut-5.0|cannot serve the left branch",
        "fit minimax gelu --form root-polynomial-5|end its name in -cut-U, such as"
            + " root-polynomial-5-",
        "fit minimax gelu --points 101|Unknown option",
        "fit minimax gelu --target sigmoid|gelu has no target 'sigmoid': it has derivative",
        "fit minimax gelu --target tanh|unknown target 'tanh': use derivative or sigmoid",
        "fit conditional-mean gelu|Missing required option: '--dtype=DTYPE'",
        "fit conditional-mean gelu --dtype fp64|fp64 rounds nothing that a fit could see",
        "fit conditional-mean gelu --dtype fp8|unknown dtype 'fp8'",
        "fit conditional-mean gelu --dtype bf16 --range -5:5|Unknown option",
        "fit conditional-mean silu --dtype bf16 --target sigmoid|Unknown option",
        "fit conditional-mean gelu --dtype bf16 --density cauchy|'cauchy' is no density: write"
            + " normal",
        "fit conditional-mean gelu --dtype bf16 --density normal:-1|sigma must be positive",
        "fit conditional-mean gelu --dtype bf16 --density uniform:3:1|its low end comes first",
        "fit conditional-mean gelu --dtype fp16 --density uniform:7e4:8e4|no inputs that fp16 can",
        "search|name activations (gelu, silu",
        "search gelu --dtype fp64|a search is for fp32, bf16 or fp16",
        "search gelu --density normal|add --dtype bf16",
        "search gelu --branch left --dtype bf16 --density uniform:3:4|no inputs on the left branch",
        "search gelu --branch middle|unknown branch 'middle': use left or right",
        "search gelu --forms spline|no candidate of at most 60 issue slots begins with 'spline'",
        "search gelu --max-cost 3|no form costs at most 3 issue slots: raise --max-cost",
        "search gelu silu --plot one.png|is one file: name one activation and dtype",
        "fit gelu --frobnicate|--frobnicate",
        "evaluate|name coefficient sets or say --all",
        "evaluate gelu-published --dtype fp8|unknown dtype 'fp8': use one of fp64, fp32",
        "plot|name coefficient sets or say --all",
        "export --target c --out -|name coefficient sets or say --all",
        "chart t.csv --y b --out t.png|Missing required option: '--x=COLUMN'",
        "chart t.csv --x a --y b --out t.gif|unknown image format 'gif': known are png, svg",
        "chart t.csv --x a --y b --out t.png --kind pie|unknown kind of chart 'pie': known are"
            + " line",
        "chart t.csv --x a --y b --out t.png --show ratio|needs a reference",
        "chart t.csv --x a --y b --out t.png --show sum|unknown thing to show 'sum': known are"
            + " value",
        "chart t.csv --x a --y b --out t.png --reference c|a value of the series' column: name"
            + " that",
        "chart t.csv --x a --y b --out t.png --density|a density is drawn as steps",
        "chart t.csv --x a --y b --out t.png --smooth 4|an odd number of points",
        "chart t.csv --x a --y b --out t.png --y-range 1|'1' is not LOW:HIGH, two numbers",
        "chart t.csv --x a --y b --out t.png --y-range 2:1|cannot go from 2.0 to 1.0",
        "chart t.csv --x a --y b,c --out t.png --y-range 0:1|2 rows of panels and 1 ranges of y",
        "chart t.csv --x a --y b --out t.png --panel-height 9|a panel is at least 240 high",
        "export gelu-bf16 --out -|Missing required option: '--target=TARGET'",
        "export gelu-bf16 --target c|Missing required option: '--out=FILE'",
        "export gelu-bf16 --target cobol --out -|unknown target 'cobol': there is c",
        "bench --device tpu|unknown device 'tpu': use cpu or cuda",
        "bench --device cuda --threads 2|device cuda takes no --threads",
        "bench --dtype fp64|the runtime has no fp64",
        "bench --threads 0|threads must be from 1 to 1024: 0",
        "bench --elements 0|elements must be from 1 to 2^40: 0",
        "bench --elements 9223372036854775807|elements must be from 1 to 2^40",
        "doctor --frobnicate|--frobnicate",
        "frobnicate|frobnicate",
        "``|say what to do",
      })
  void wrongUsageIsExitCodeTwoAndOneClearLine(String commandLine, String complaint) {
    Run run = run(commandLine.isEmpty() ? new String[0] : commandLine.split(" "));
    assertEquals(2, run.exitCode, run.err);
    assertEquals("", run.out);
    assertTrue(run.err.startsWith("invact: "), run.err);
    assertTrue(run.err.contains(complaint), run.err);
    assertTrue(run.err.lines().count() <= 3, run.err);
  }

  @Test
  void aFileThatCannotBeReadIsExitCodeOneAndOneLine() throws Exception {
    Path broken = folder.resolve("broken.json");
    Files.writeString(broken, "{\"schemaVersion\": 7}");
    for (String command : List.of("evaluate", "plot", "bench")) {
      assertFailure(run(command, broken.toString()), broken + ": key schemaVersion is 7");
      assertFailure(run(command, "missing.json"), "missing.json: there is no such file");
      assertFailure(run(command, "missing"), "no coefficient set 'missing'");
      assertFailure(run(command, folder.toString()), folder + ": is a folder");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedBeforeAnythingIsDone() throws Exception {
    Path file = folder.resolve("file");
    Files.writeString(file, "x");
    assertFailure(run("fit", "--all", "--out", file.toString()), "cannot write to " + file);
    assertFailure(
        run("fit", "gelu", "--out", file.resolve("below").toString()), "cannot write to " + file);
    // Usage that only the samples reveal: the folder is not left behind either.
    Run run =
        run(
            "fit",
            "least-squares",
            "gelu",
            "--points",
            "5",
            "--out",
            folder.resolve("new").toString());
    assertEquals(2, run.exitCode, run.err);
    assertEquals("x", Files.readString(file));
    assertEquals(Set.of("file"), names(folder));
  }

  /** From the expression to a set, its figures and its errors, and the same bytes again. */
  @Test
  void ownFunctionAllTheWay() throws Exception {
    String[] fit = {
      "fit", "--expr", "x*tanh(log(1+exp(x)))", "--name", "my_mish", "--out", folder.toString()
    };
    Run run = run(fit);
    assertEquals(0, run.exitCode, run.err);
    assertEquals(3, run.out.lines().count(), run.out);
    Path file = folder.resolve("my_mish-paper.json");
    String written = Files.readString(file);
    run = run(fit);
    assertEquals(0, run.exitCode, run.err);
    assertEquals(written, Files.readString(file));

    run = run("evaluate", file.toString(), "--dtype", "fp64,bf16", "--json");
    assertEquals(0, run.exitCode, run.err);
    JsonNode rows = JsonMapper.shared().readTree(run.out).get("evaluations");
    // Both branches together, in fp64 the error of the fit, in bf16 mostly that of rounding y.
    assertEquals(1.2e-3, rows.get(2).get("derivativeMaxAbs").doubleValue(), 0.1e-3);
    assertTrue(rows.get(5).get("derivativeMaxAbs").doubleValue() < 2e-2, run.out);

    Path plots = folder.resolve("plots");
    run = run("plot", file.toString(), "--format", "svg", "--out", plots.toString());
    assertEquals(0, run.exitCode, run.err);
    assertEquals(
        Set.of(
            "activation-branches.svg",
            "my_mish-paper-left.svg",
            "my_mish-paper-right.svg",
            "my_mish-errors.svg"),
        names(plots));
  }

  /** By name, and with nothing published to compare with. */
  @Test
  void variantsAreFittedByName() throws Exception {
    Run run =
        run("fit", "gelu-tanh", "quick-gelu", "swish-1.5", "mish", "--out", folder.toString());
    assertEquals(0, run.exitCode, run.err);
    assertEquals(9, run.out.lines().count(), run.out);
    assertEquals(
        Set.of(
            "gelu-tanh-paper.json",
            "quick-gelu-paper.json",
            "swish-1.5-paper.json",
            "mish-paper.json"),
        names(folder));
    run = run("evaluate", folder.resolve("swish-1.5-paper.json").toString(), "--dtype", "bf16");
    assertEquals(0, run.exitCode, run.err);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x^2 | my_f | my_f has no f′ → 0 at −∞",
        "x*foo(x) | my_f | expression 'x*foo(x)', character 3: 'foo' is unknown",
        "x*sigmoid(x) | gelu | 'gelu' names an activation that invact knows",
        "x*sigmoid(x) | My f | 'My f' is no name for an activation",
        "x*sigmoid(x+20) | my_f | does not contain my_f's argmin T",
      })
  void anOwnFunctionIsRefusedWithTheReason(String expression, String name, String complaint) {
    Run run = run("fit", "--expr", expression, "--name", name);
    assertEquals(2, run.exitCode, run.err);
    assertEquals("", run.out);
    assertTrue(run.err.startsWith("invact: ") && run.err.contains(complaint), run.err);
  }

  /** Hard swish has a step of ½ in f′ at x = −3 that no form follows. */
  @Test
  void aFitBeyondUseIsWarnedOf() {
    Run run =
        run(
            "fit",
            "least-squares",
            "--expr",
            "x*min(max(x + 3, 0), 6)/6",
            "--name",
            "hard_swish",
            "--points",
            "501");
    assertEquals(0, run.exitCode, run.err);
    assertTrue(
        run.err.contains("warning: hard_swish-paper, left branch: the error of f' is 0."), run.err);
    assertTrue(!run("fit", "silu").err.contains("warning"), run.err);
  }

  @Test
  void listNamesEverything() {
    Run run = run("list");
    assertEquals(0, run.exitCode, run.err);
    for (String name :
        List.of(
            "gelu",
            "gelu-tanh",
            "quick-gelu",
            "mish",
            "swish-B",
            "silu",
            "paper-gelu-left",
            "paper-right",
            "root-polynomial-D[-about-R][-cut-U]",
            "root-segmented-S-D[-cut-U]",
            "silu-paper-sigmoid",
            "scalar")) {
      assertTrue(run.out.contains(name), run.out);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fit ",
        "fit least-squares ",
        "fit minimax ",
        "fit conditional-mean ",
        "search ",
        "evaluate ",
        "certify ",
        "plot ",
        "export ",
        "bench ",
        "doctor ",
        "list "
      })
  void helpGoesToStdoutWithExitCodesAndExamples(String command) {
    Run run = run((command + "--help").split(" "));
    assertEquals(0, run.exitCode);
    assertEquals("", run.err);
    assertTrue(run.out.contains("Exit codes:") && run.out.contains("wrong usage"), run.out);
    assertTrue(run.out.contains("Examples:"), run.out);
    assertFalse(run.out.lines().anyMatch(line -> line.length() > 80), run.out);
  }

  static void assertFailure(Run run, String complaint) {
    assertEquals(1, run.exitCode, run.err);
    assertEquals("", run.out);
    assertTrue(run.err.startsWith("invact: ") && run.err.contains(complaint), run.err);
    assertEquals(1, run.err.lines().count(), run.err);
  }

  private static Set<String> names(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder.toAbsolutePath())) {
      return new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
    }
  }
}
