package invact.cli;

import static invact.cli.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.cli.CommandTest.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code invact fit data} with bounds, fixed parameters, weights and several starts.
 *
 * <p>Reference values are those of SciPy 1.17.1: {@code curve_fit(lambda x, a, b, c:
 * a*numpy.exp(-b*x)+c, t, y, [1, 0.5, 0], ftol=1e-15, xtol=1e-15, gtol=1e-15, jac=...)} with {@code
 * sigma=} and {@code absolute_sigma=} as said at each.
 */
class FitDataCommandTest {
  private static final Path DECAY =
      Path.of(System.getProperty("invact.basedir", "."), "src/test/resources/data/decay.csv");

  /**
   * A search ends when S changes by 1e-14 of itself. A parameter is then within √(1e-14·n), n = 17,
   * of its standard error from the minimum.
   */
  private static final double PARTS_OF_ERROR = 1e-6;

  private static final String MODEL = "a*exp(-b*x)+c";

  @TempDir private Path folder;

  private static Run fitted(Path file, String... options) {
    List<String> arguments = new ArrayList<>(List.of("fit", "data", file.toString()));
    arguments.addAll(Arrays.asList(options));
    return run(arguments.toArray(String[]::new));
  }

  private static JsonNode json(Path file, String... options) {
    String[] all = Arrays.copyOf(options, options.length + 1);
    all[options.length] = "--json";
    Run run = fitted(file, all);
    assertEquals(0, run.exitCode(), run.err());
    return JsonMapper.shared().readTree(run.out());
  }

  /** DECAY with the model and a start, and options with blanks between them. */
  private static JsonNode decay(String options) {
    List<String> all = new ArrayList<>(List.of("--model", MODEL, "--start", "a=1,b=0.5,c=0"));
    if (!options.isEmpty()) {
      all.addAll(List.of(options.split(" ")));
    }
    return json(DECAY, all.toArray(String[]::new));
  }

  /** One line that says what is wrong, after which wrong usage is pointed to the help. */
  private static void assertRefused(int exitCode, String complaint, String... arguments) {
    Run run = run(arguments);
    assertEquals(exitCode, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("invact: ") && run.err().contains(complaint), run.err());
    assertEquals(exitCode, run.err().lines().count(), run.err());
  }

  private static JsonNode parameter(JsonNode fit, String name) {
    return fit.get("parameters")
        .valueStream()
        .filter(each -> each.get("name").stringValue().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void assertParameter(JsonNode fit, String name, double value, double error) {
    JsonNode parameter = parameter(fit, name);
    assertEquals("free", parameter.get("state").stringValue());
    double tolerance = PARTS_OF_ERROR * error;
    assertEquals(value, parameter.get("value").doubleValue(), tolerance, name);
    assertEquals(error, parameter.get("standardError").doubleValue(), tolerance, name);
  }

  @Test
  void withoutOptions() {
    JsonNode fit = decay("");
    assertParameter(fit, "a", 2.5179567472926045, 0.016196411947626704);
    assertParameter(fit, "b", 0.7023040993489037, 0.010106392228253788);
    assertParameter(fit, "c", 0.3016858028302306, 0.007438187672685312);
    JsonNode strongest = fit.get("correlations").get(0);
    assertEquals("b", strongest.get("first").stringValue());
    assertEquals("c", strongest.get("second").stringValue());
    JsonNode weakest = fit.get("correlations").get(2);
    assertEquals(0.23222475298289927, weakest.get("value").doubleValue(), PARTS_OF_ERROR);
  }

  @Test
  void sigma() {
    JsonNode fit = decay("--sigma error");
    assertParameter(fit, "a", 2.517080483972113, 0.02070582633766932);
    assertParameter(fit, "b", 0.7010316761673862, 0.010529566329436222);
    assertParameter(fit, "c", 0.3010869525234562, 0.006082976636162816);
  }

  /** absolute_sigma=True. */
  @Test
  void absoluteSigma() {
    JsonNode fit = decay("--sigma error --absolute-sigma");
    assertParameter(fit, "a", 2.517080483972113, 0.033121220844048394);
    assertParameter(fit, "b", 0.7010316761673862, 0.01684318636222896);
    assertParameter(fit, "c", 0.3010869525234562, 0.009730382611632279);
  }

  /** Weights multiply squares: sigma=1/sqrt(error). */
  @Test
  void weights() {
    JsonNode fit = decay("--weights error");
    assertParameter(fit, "a", 2.5180404232092384, 0.014872335922233658);
    assertParameter(fit, "b", 0.7025758836038141, 0.010049091735671862);
    assertParameter(fit, "c", 0.30185432589825695, 0.008340420398784324);
  }

  /** The same curve_fit with c = 0.25 in the function. */
  @Test
  void fixedParameter() {
    JsonNode fit = decay("--fix c=0.25");
    assertParameter(fit, "a", 2.5436845322912696, 0.030772827408917753);
    assertParameter(fit, "b", 0.6543928723408157, 0.013083138562470968);
    assertEquals("fixed", parameter(fit, "c").get("state").stringValue());
    assertEquals(0.25, parameter(fit, "c").get("value").doubleValue());
    assertTrue(parameter(fit, "c").get("standardError").isNull());
    assertEquals(2, fit.get("freeParameters").intValue());
  }

  /** Bounds that do not bind change nothing, standard errors included. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"a=0:10,b=:5,c=0:", "a=2.5:2.6", "c=:0.302", "b=0.4999:0.7023041,a=:2.51796"})
  void boundsAroundTheAnswer(String bounds) {
    JsonNode fit =
        json(DECAY, "--model", MODEL, "--start", "a=2.51,b=0.5,c=0.3", "--bounds", bounds);
    assertParameter(fit, "a", 2.5179567472926045, 0.016196411947626704);
    assertParameter(fit, "b", 0.7023040993489037, 0.010106392228253788);
    assertParameter(fit, "c", 0.3016858028302306, 0.007438187672685312);
  }

  /**
   * Where a ends at 2: least_squares(..., bounds=([0, -inf, -inf], [2, 5, inf])) ends there too,
   * and curve_fit with a = 2 in the function gives the others.
   */
  @Test
  void bindingBound() {
    JsonNode fit = decay("--bounds a=0:2,b=:5");
    JsonNode a = parameter(fit, "a");
    assertEquals("at upper bound", a.get("state").stringValue());
    assertEquals(2, a.get("value").doubleValue());
    assertTrue(a.get("standardError").isNull());
    assertParameter(fit, "b", 0.6401432185697208, 0.09688601031967825);
    assertParameter(fit, "c", 0.3729289190779326, 0.06480583845996153);
    assertEquals(0.34416969355189886, fit.get("sumOfSquares").doubleValue(), 1e-9);
  }

  /** A line through three points, by the closed formulas; no header, blanks, an empty line. */
  @Test
  void straightLineWithoutHeader() throws Exception {
    Path file = Files.writeString(folder.resolve("line.csv"), "0, 1\n1, 3\n\n2, 4\n3,\n");
    JsonNode fit = json(file, "--model", "a+b*x", "--start", "a=0,b=0");
    // Slope 3/2, intercept 7/6, S = 1/6; var(b) = S/Sxx = 1/12, var(a) = S(1/3 + 1/2) = 5/36.
    assertParameter(fit, "a", 7 / 6.0, Math.sqrt(5 / 36.0));
    assertParameter(fit, "b", 1.5, Math.sqrt(1 / 12.0));
    assertEquals(1 / 6.0, fit.get("sumOfSquares").doubleValue(), 1e-12);
    // R² = 1 − (1/6)/(14/3): the sum of (y − mean of y)² is 14/3, and the mean is 8/3.
    assertEquals(1 - 1 / 28.0, fit.get("rSquared").doubleValue(), 1e-12);
    assertEquals(3 * Math.log(1 / 18.0) + 4, fit.get("aic").doubleValue(), 1e-12);
    assertEquals(3 * Math.log(1 / 18.0) + 2 * Math.log(3), fit.get("bic").doubleValue(), 1e-12);
    assertEquals(3, fit.get("points").intValue());
    assertEquals(1, fit.get("leftOut").intValue());
    JsonNode turned = json(file, "--model", "a+b*x", "--start", "a=0,b=0", "--x", "2", "--y", "1");
    // Slope Sxy/Syy = 3/(14/3).
    assertEquals(9 / 14.0, parameter(turned, "b").get("value").doubleValue(), 1e-12);
  }

  /** As many points as parameters leave no freedom for standard errors. */
  @Test
  void noFreedom() throws Exception {
    Path file = Files.writeString(folder.resolve("two.csv"), "x,y\n0,1\n1,3\n");
    Run run = fitted(file, "--model", "a+b*x", "--start", "a=0,b=0");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("b          2.000000000    -         -"), run.out());
    assertTrue(
        json(file, "--model", "a+b*x", "--start", "a=0,b=0").get("reducedSumOfSquares").isNull());
  }

  /** A sine has minima beside the deepest one, to which the start alone does not lead. */
  @Test
  void startsWithinBounds() throws Exception {
    StringBuilder lines = new StringBuilder("x,y\n");
    for (int i = 0; i < 40; i++) {
      lines.append(0.25 * i).append(',').append(2 * Math.sin(3.1 * 0.25 * i)).append('\n');
    }
    Path file = Files.writeString(folder.resolve("sine.csv"), lines);
    String[] options = {
      "--model", "a*sin(w*x)", "--start", "a=1,w=1", "--bounds", "w=0.1:6,a=0.1:", "--json"
    };
    Run one = fitted(file, options);
    String[] many = Arrays.copyOf(options, options.length + 4);
    System.arraycopy(new String[] {"--starts", "30", "--seed", "5"}, 0, many, options.length, 4);
    Run thirty = fitted(file, many);
    assertTrue(
        one.exitCode() == 1
            || JsonMapper.shared().readTree(one.out()).get("sumOfSquares").doubleValue() > 1,
        one.out());
    JsonNode fit = JsonMapper.shared().readTree(thirty.out());
    assertEquals(3.1, parameter(fit, "w").get("value").doubleValue(), 1e-12);
    assertEquals(30, fit.get("starts").intValue());
    assertTrue(fit.get("agreeing").intValue() >= 2, thirty.out());
    assertEquals(thirty.out(), fitted(file, many).out(), "the same command, the same bytes");
  }

  @Test
  void theReportStandsInLmfitsOrder() {
    Run run =
        fitted(
            DECAY, "--model", MODEL, "--start", "a=1,b=0.5,c=0", "--bounds", "a=0:2", "--fix", "c");
    assertEquals(0, run.exitCode(), run.err());
    int last = -1;
    for (String line :
        List.of(
            "model                 a*exp(-b*x)+c",
            "data                  " + DECAY + ": time, signal",
            "points                17",
            "free parameters       1",
            "function evaluations  ",
            "sum of squares S      ",
            "reduced S             ",
            "R^2                   ",
            "AIC                   ",
            "BIC                   ",
            "condition number      ",
            "starts                1 of 1 ended here",
            "parameter",
            "a           2.000000000",
            "b          ",
            "c           0.000000000")) {
      int at = run.out().indexOf("\n" + line);
      at = last < 0 ? run.out().indexOf(line) : at;
      assertTrue(at > last, line + " in " + run.out());
      last = at;
    }
    assertTrue(run.out().contains("at upper bound") && run.out().contains("fixed"), run.out());
  }

  @Test
  void filesAreWrittenWhereTheOptionsSay() throws Exception {
    Path out = folder.resolve("fit.json");
    Run run =
        fitted(
            DECAY,
            "--model",
            MODEL,
            "--start",
            "a=1,b=0.5,c=0",
            "--sigma",
            "error",
            "--json",
            "--out",
            out.toString(),
            "--plots",
            folder.toString());
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(run.out(), Files.readString(out));
    assertEquals(1600, ImageIO.read(folder.resolve("decay-fit.png").toFile()).getWidth());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a*exp(-b*x+d)+c | a=1,b=1,c=0,d=0 | do not determine a, d: the curve stays as it is when",
        "a+c*x+0*d | a=1,c=1,d=1 | the data do not determine d: ",
        "a*log(x) | a=1 | the model is -Infinity at x = 0.0 with the start values",
        "a+sqrt(b*x) | a=1,b=0 | the model's derivative by b is Infinity at x = 0.5",
        "a+b*x+c*x^2+d*x^3+f*x^4+g*x^5+h*x^6+i*x^7+j*x^8+k*x^9+l*x^10+m*x^11+n*x^12+o*x^13"
            + "+p*x^14+q*x^15+r*x^16+s*x^17 | a=1,b=1,c=1,d=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1"
            + ",o=1,p=1,q=1,r=1,s=1 | 17 points of positive weight do not determine 18 parameters",
      })
  void whatTheDataDoNotDetermine(String model, String start, String complaint) {
    assertRefused(
        1, complaint, "fit", "data", DECAY.toString(), "--model", model, "--start", start);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--model a*x | no start for parameter 'a' of the model: add a=VALUE to --start",
        "--model a*foo(x) --start a=1 | character 3: 'foo' is unknown",
        "--model a*x --start a=1,b=2 | --start: the model has no parameter 'b': it has a",
        "--model a*x --start pi=1 | 'pi' is a word of the language",
        "--model a*x --start a=one | --start: 'one' of 'a' is not a finite number",
        "--model a*x --start a | --start 'a' is not NAME=VALUE",
        "--model a*x --start a=1 --start a=2 | --start names 'a' twice",
        "--model a*x --start a=1 --bounds a=2: | starts at 1, outside its bounds 2:",
        "--model a*x --start a=1 --bounds a=2:1 | the lower bound must be below the upper one",
        "--model a*x --start a=1 --bounds a=2 | '2' of 'a' is not LO:HI",
        "--model a*x --fix a=1 | all parameters are fixed",
        "--model 2*x | has no parameter",
        "--model a*x --start a=1 --absolute-sigma | needs the column of --sigma or --weights",
        "--model a*x --start a=1 --sigma s --weights w | are mutually exclusive",
        "--model a*x --start a=1 --starts 0 | --starts must be at least 1",
        "--start a=1 | Missing required option: '--model=EXPRESSION'",
      })
  void wrongUsage(String options, String complaint) {
    List<String> all = new ArrayList<>(List.of("fit", "data", DECAY.toString()));
    all.addAll(List.of(options.split(" ")));
    assertRefused(2, complaint, all.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "x,y;1,2;2,3;| --y z | has no column 'z': there is x, y",
        "x,y;1,2;2,b;| --x x | line 3, column 'y': 'b' is not a number",
        "x,y,w;1,2,1;2,3,-1;| --weights w | line 3, column 'w': a weight is not negative: -1.0",
        "x,y,s;1,2,1;2,3,0;| --sigma s | column 's': a standard deviation is positive",
        "x;1;2;| --x x | has no column left for y: name one by --y",
        "x,y;| --x x | has no line of values",
      })
  void wrongData(String lines, String options, String complaint) throws Exception {
    Path file = Files.writeString(folder.resolve("points.csv"), lines.replace(';', '\n'));
    List<String> all =
        new ArrayList<>(
            List.of("fit", "data", file.toString(), "--model", "a*x", "--start", "a=1"));
    all.addAll(List.of(options.split(" ")));
    assertRefused(1, complaint, all.toArray(String[]::new));
  }

  @Test
  void nothingStandsBeforeTheSubcommand() {
    assertRefused(
        2,
        "go behind 'invact fit data'",
        "fit",
        "gelu",
        "data",
        DECAY.toString(),
        "--model",
        "a*x",
        "--start",
        "a=1");
  }
}
