package invact.cli;

import static invact.cli.CommandTest.assertFailure;
import static invact.cli.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Branch;
import invact.cli.CommandTest.Run;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.CoefficientReader;
import invact.coefficients.internal.Provenance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code invact fit} by its other methods, with other forms and dtypes than the main job has. */
class FitMethodsTest {
  @TempDir private Path folder;

  private JsonNode fit(String... arguments) {
    return JsonMapper.shared().readTree(fitted(true, arguments).out());
  }

  private Run fitted(boolean json, String... arguments) {
    String[] command = new String[arguments.length + (json ? 4 : 3)];
    command[0] = "fit";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    command[arguments.length + 1] = "--out";
    command[arguments.length + 2] = folder.toString();
    if (json) {
      command[arguments.length + 3] = "--json";
    }
    Run run = run(command);
    assertEquals(0, run.exitCode(), run.err());
    return run;
  }

  private CoefficientSet set(String name) {
    return CoefficientReader.read(folder.resolve(name + ".json"));
  }

  /** The bounds that this project sets itself for the paper's forms, and the evidence. */
  @ParameterizedTest
  @CsvSource({"gelu, 6.2e-4, 2.9e-3", "silu, 2.8e-4, 9.2e-4"})
  void paperFormsForLeastLargestError(String activation, double left, double right) {
    JsonNode fits = fit("minimax", activation, "--target", "derivative").get("fits");
    assertEquals(2, fits.size());
    CoefficientSet set = set(activation + "-paper-minimax");
    for (Branch branch : Branch.values()) {
      double bound = branch == Branch.LEFT ? left : right;
      JsonNode fit = fits.get(branch.ordinal());
      assertEquals(branch.label(), fit.get("branch").stringValue());
      double largest = fit.get("largestError").doubleValue();
      assertTrue(largest <= bound, fit.toString());
      assertTrue(set.branch(branch).derivativeError().maxAbs() <= bound, "as written");
      assertTrue(fit.get("fp32MaxAbs").doubleValue() <= bound, "as a runtime computes it");
      // 10⁻⁶ is the fitter's tolerance, twice that the bound of its dense check.
      assertTrue(fit.get("levelledError").doubleValue() >= (1 - 2e-6) * largest, fit.toString());
      JsonNode errors = fit.get("referenceErrors");
      assertEquals(fit.get("coefficients").size() + 1, errors.size());
      assertEquals(errors.size(), fit.get("reference").size());
      for (int i = 0; i < errors.size(); i++) {
        double size = StrictMath.abs(errors.get(i).doubleValue());
        assertTrue(size >= (1 - 2e-6) * largest && size <= largest, fit.toString());
        if (i > 0) {
          assertTrue(errors.get(i).doubleValue() * errors.get(i - 1).doubleValue() < 0, "signs");
        }
      }
      Provenance.Minimax provenance =
          assertInstanceOf(Provenance.Minimax.class, set.branch(branch).provenance());
      assertEquals(largest, provenance.largestError());
    }
  }

  @Test
  void siluForBothItsTargets() {
    JsonNode fits = fit("minimax", "silu").get("fits");
    assertEquals(4, fits.size());
    assertEquals("sigmoid", fits.get(3).get("target").stringValue());
    assertEquals(
        "sigmoid", set("silu-paper-minimax-sigmoid").left().approximant().target().label());
  }

  /** One form for both branches, or one for each; what the library reaches, the command reaches. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "root-gauss-4 | 2.5e-2",
        "root-rational-5-5-about-0.41,root-rational-6-6-about-1.0-cut-5.25 | 1.4e-5",
        "root-segmented-4-5,root-segmented-4-5-cut-5.25 | 7.0e-6",
        "root-polynomial-6,root-gauss-4 | 8.0e-4",
      })
  void anyFormByName(String forms, double bound) {
    JsonNode fits = fit("minimax", "gelu", "--form", forms).get("fits");
    String[] names = forms.split(",");
    String label = names.length == 1 ? names[0] : names[0] + "-and-" + names[1];
    CoefficientSet set = set("gelu-" + label + "-minimax");
    for (Branch branch : Branch.values()) {
      String form = names[names.length == 1 ? 0 : branch.ordinal()];
      assertEquals(form, fits.get(branch.ordinal()).get("form").stringValue());
      assertTrue(set.branch(branch).derivativeError().maxAbs() <= bound, branch + " " + form);
    }
  }

  @Test
  void leastSquaresOfAnyForm() {
    JsonNode fits =
        fit(
                "least-squares",
                "silu",
                "--target",
                "derivative",
                "--form",
                "root-polynomial-6,root-exp-2")
            .get("fits");
    assertEquals("root-polynomial-6", fits.get(0).get("form").stringValue());
    assertEquals("root-exp-2", fits.get(1).get("form").stringValue());
    // Left: it has the paper form's four functions and three more.
    assertTrue(fits.get(0).get("sse").doubleValue() < 1.5e-4, fits.toString());
    assertInstanceOf(
        Provenance.Fitted.class, set("silu-root-polynomial-6-and-root-exp-2").left().provenance());
  }

  @Test
  void theTableShowsTheEvidence() {
    Run run =
        fitted(
            false,
            "minimax",
            "silu",
            "--target",
            "derivative",
            "--form",
            "root-rational-3-3,root-exp-3");
    List<String> lines = run.out().lines().toList();
    assertTrue(lines.getFirst().contains("levelled |e|  largest |e|"), run.out());
    assertTrue(lines.contains("silu left derivative, reference points:"), run.out());
    assertTrue(run.err().contains("1 coefficient sets in "), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "minimax gelu --form root-rational-9-9,root-exp-2 | gelu left:"
            + " root-rational-9-9 cannot be written about its centre",
        "minimax gelu --form root-polynomial-20,root-exp-2 | gelu left: no convergence of",
        "conditional-mean gelu --dtype bf16 --form root-polynomial-24,root-exp-2 | gelu left:"
            + " root-polynomial-24 does not suit",
      })
  void aFitThatFailsIsExitCodeOneAndOneLine(String arguments, String complaint) throws Exception {
    Path out = folder.resolve("sets");
    String[] command = ("fit " + arguments.trim() + " --out " + out).split(" ");
    Run run = run(command);
    assertFailure(run, complaint);
    assertTrue(run.err().contains("try another degree or centre"), run.err());
    assertTrue(Files.notExists(out), "nothing is written");
  }

  /**
   * As near to the floor as issue and default sets ask, with the set's provenance to show for it.
   */
  @ParameterizedTest
  @CsvSource({"bf16, 1.05", "fp16, 1.05"})
  void fitsToRoundedOutputs(String dtype, double ratio) {
    String left = "root-polynomial-10-about-0.2060546875";
    String right = "root-polynomial-18-about-1.125-cut-5.25";
    JsonNode document =
        fit("conditional-mean", "gelu", "--dtype", dtype, "--form", left + "," + right);
    JsonNode floor = document.get("irreducibleErrors").get(0);
    double rms = floor.get("rms").doubleValue();
    assertTrue(rms <= ratio * floor.get("irreducibleRms").doubleValue(), floor.toString());
    assertTrue(rms >= floor.get("irreducibleRms").doubleValue(), floor.toString());
    assertTrue(StrictMath.abs(floor.get("bias").doubleValue()) <= 1e-5, floor.toString());
    assertEquals("normal(1.0)", floor.get("density").stringValue());
    CoefficientSet set = set("gelu-" + left + "-and-" + right + "-" + dtype);
    Provenance.ConditionalMean provenance =
        assertInstanceOf(Provenance.ConditionalMean.class, set.right().provenance());
    assertEquals(dtype, provenance.dtype().label());
    assertTrue(provenance.density().description().contains("normal(1.0)"));
  }

  /** In fp32 what a form lacks is far more than what rounding takes. */
  @Test
  void singlePrecisionHasAFloorToo() {
    JsonNode floor =
        fit("conditional-mean", "gelu", "--dtype", "fp32").get("irreducibleErrors").get(0);
    assertEquals(3.9e-5, floor.get("irreducibleMaxAbs").doubleValue(), 1e-7);
    assertTrue(floor.get("rms").doubleValue() > 1e-4, floor.toString());
    Provenance.ConditionalMean provenance =
        assertInstanceOf(
            Provenance.ConditionalMean.class, set("gelu-paper-fp32").left().provenance());
    assertEquals("fp32", provenance.dtype().label());
  }

  /** Each is best for its own inputs. */
  @Test
  void theDensityDecides() {
    String[] wide = {"conditional-mean", "silu", "--dtype", "bf16", "--density", "uniform:-8:8"};
    String[] usual = {"conditional-mean", "silu", "--dtype", "bf16"};
    JsonNode wideFit = fit(wide);
    JsonNode usualFit = fit(usual);
    assertEquals(
        "uniform(-8.0, 8.0)", wideFit.get("irreducibleErrors").get(0).get("density").stringValue());
    assertNotEquals(
        wideFit.get("fits").get(1).get("coefficients"),
        usualFit.get("fits").get(1).get("coefficients"));
  }

  /** Nonlinear coefficients stay where the exact function puts them: no pole between outputs. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "root-rational-3-3,root-rational-4-4-cut-4.0",
        "root-segmented-3-3,root-segmented-3-3-cut-4.0",
        "",
      })
  void formsThatAreNotLinear(String form) {
    JsonNode document =
        form.isEmpty()
            ? fit("conditional-mean", "gelu", "--dtype", "bf16")
            : fit("conditional-mean", "gelu", "--dtype", "bf16", "--form", form);
    assertTrue(document.get("irreducibleErrors").get(0).get("maxAbs").doubleValue() < 0.03, form);
    for (Branch branch : Branch.values()) {
      double max =
          set("gelu-" + (form.isEmpty() ? "paper" : form.replace(",", "-and-")) + "-bf16")
              .branch(branch)
              .derivativeError()
              .maxAbs();
      // The 16-bit default sets' own bound for what lies between outputs, and rational 3/3 is
      // coarse.
      assertTrue(max < 0.05, form + " " + branch + ": " + max);
    }
  }
}
