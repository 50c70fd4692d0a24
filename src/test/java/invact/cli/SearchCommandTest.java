package invact.cli;

import static invact.cli.CommandTest.assertFailure;
import static invact.cli.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.activation.Activations;
import invact.cli.CommandTest.Run;
import invact.coefficients.internal.PublishedCoefficients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SearchCommandTest {
  /** Polynomials and rationals of the left branch: 13 candidates, some of which fail. */
  private static final List<String> SMALL =
      List.of(
          "search",
          "silu",
          "--branch",
          "left",
          "--forms",
          "root-polynomial-1,root-polynomial-2,root-rational-1");

  @TempDir private Path folder;

  private static Run small(String... more) {
    return run(Stream.concat(SMALL.stream(), Arrays.stream(more)).toArray(String[]::new));
  }

  private static JsonNode searches(Run run) {
    assertEquals(0, run.exitCode(), run.err());
    return JsonMapper.shared().readTree(run.out()).get("searches");
  }

  @Test
  void theTableShowsTheFrontAndThePaper() {
    Run run = run("search", "silu", "--branch", "left", "--max-cost", "12");
    assertEquals(0, run.exitCode(), run.err());
    List<String> lines = run.out().lines().toList();
    assertTrue(lines.getFirst().startsWith("silu left fp32: "), run.out());
    assertTrue(lines.getFirst().endsWith("irreducible max |e| 4.4281e-05"), run.out());
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("root-polynomial-2 ")), run.out());
    assertTrue(lines.stream().anyMatch(line -> line.contains(" published ")), run.out());
    assertTrue(lines.stream().allMatch(line -> line.length() <= 130), run.out());
  }

  /** Read back from the JSON: no candidate beats one on the front, and each is beaten or on it. */
  @Test
  void theFrontIsOne() {
    JsonNode search = searches(small("--json")).get(0);
    assertEquals("silu", search.get("activation").stringValue());
    int failures = 0;
    for (JsonNode a : search.get("candidates")) {
      if (a.has("failure")) {
        failures++;
        assertTrue(a.get("failure").stringValue().startsWith("silu left: "), a.toString());
        continue;
      }
      boolean beaten = false;
      for (JsonNode b : search.get("candidates")) {
        if (!b.has("failure")) {
          int cheaper =
              Integer.compare(b.get("issueSlots").intValue(), a.get("issueSlots").intValue());
          int better = Double.compare(b.get("maxAbs").doubleValue(), a.get("maxAbs").doubleValue());
          beaten |= cheaper <= 0 && better <= 0 && (cheaper < 0 || better < 0);
        }
      }
      assertEquals(!beaten, a.get("onFront").booleanValue(), a.toString());
    }
    assertTrue(failures > 0, "a failure is recorded: " + search);
  }

  /**
   * The errors are those of the approximants as a runtime evaluates them: here against errors in
   * double precision, the known optimum for the paper's form, which fp32 moves by less than 1e-6.
   */
  @Test
  void theErrorsAreThoseOfTheKnownOptima() {
    for (JsonNode candidate : searches(small("--json")).get(0).get("candidates")) {
      if (candidate.get("form").stringValue().equals("paper-silu-left")) {
        boolean published = candidate.get("fit").stringValue().equals("published");
        double exact =
            PublishedCoefficients.of(Activations.SILU)
                .orElseThrow()
                .left()
                .derivativeError()
                .maxAbs();
        assertEquals(published ? exact : 2.7771e-4, candidate.get("maxAbs").doubleValue(), 1e-6);
        assertEquals(published ? 13 : 11, candidate.get("issueSlots").intValue());
        assertEquals(published ? "sigmoid" : "derivative", candidate.get("target").stringValue());
      }
    }
  }

  /**
   * Cut off at any byte, a search goes on to the same bytes: of what it prints, keeps and draws.
   */
  @Test
  void anInterruptedSearchGoesOn() throws IOException {
    Path state = folder.resolve("state.jsonl");
    Path figure = folder.resolve("figure.svg");
    String[] more = {"--json", "--resume", state.toString(), "--plot", figure.toString()};
    Run whole = small(more);
    assertEquals(0, whole.exitCode(), whole.err());
    byte[] states = Files.readAllBytes(state);
    byte[] picture = Files.readAllBytes(figure);
    assertEquals(searches(whole).get(0).get("candidates").size(), Files.readAllLines(state).size());
    assertEquals(whole.out(), small("--json").out(), "without a state file");
    for (int cut : new int[] {0, 1, states.length / 3, states.length / 2, states.length - 1}) {
      Files.write(state, Arrays.copyOf(states, cut));
      Files.delete(figure);
      Run resumed = small(more);
      assertEquals(whole.out(), resumed.out(), "cut at " + cut);
      assertArrayEquals(states, Files.readAllBytes(state), "cut at " + cut);
      assertArrayEquals(picture, Files.readAllBytes(figure), "cut at " + cut);
    }
  }

  /** What is in the file is not found again: a changed figure stays. */
  @Test
  void findingsAreTakenFromTheFile() throws IOException {
    Path state = folder.resolve("state.jsonl");
    small("--resume", state.toString());
    String changed =
        Files.readString(state)
            .lines()
            .map(line ->
                line.contains("root-polynomial-2\"")
                    ? line.replaceAll("\"(rms|bias)\":[^,}]*", "\"$1\":1.0E-8")
                        .replaceAll("\"maxAbs\":[^}]*", "\"maxAbs\":1.25E-7")
                    : line)
            .reduce("", (text, line) -> text + line + "\n");
    Files.writeString(state, changed);
    Run run = small("--resume", state.toString());
    assertTrue(run.out().contains("1.2500e-07"), run.out());
    assertTrue(
        run.err().contains("the same command goes on where it stopped: " + state), run.err());
    assertTrue(small().err().contains("fits; --resume FILE keeps them"));
  }

  @Test
  void sixteenBitsAreJudgedByTheirFloor() {
    String[] search = {
      "search",
      "gelu",
      "--branch",
      "right",
      "--dtype",
      "bf16",
      "--forms",
      "root-polynomial-7",
      "--json"
    };
    JsonNode found = searches(run(search)).get(0);
    assertEquals("normal(1.0)", found.get("density").stringValue());
    double floor = found.get("irreducibleRms").doubleValue();
    double best = Double.POSITIVE_INFINITY;
    for (JsonNode candidate : found.get("candidates")) {
      double rms = candidate.get("rms").doubleValue();
      assertTrue(rms >= floor, candidate.toString());
      best = StrictMath.min(best, rms);
    }
    // Seven degrees come within a tenth of what any decoder can do; the paper's form does not.
    assertTrue(best <= 1.1 * floor, "best " + best + ", floor " + floor);
  }

  @Test
  void figuresGoToAFolderByName() {
    Path plots = folder.resolve("plots");
    Run run =
        run("search", "silu", "--branch", "left", "--max-cost", "11", "--plot", plots.toString());
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(Files.exists(plots.resolve("silu-pareto.png")), run.err());
  }

  @Test
  void aFileThatIsNoStateIsRefusedBeforeAnythingIsDone() throws IOException {
    Path file = Files.writeString(folder.resolve("letter.txt"), "Dear reader,\n");
    assertFailure(small("--resume", file.toString()), file + ": line 1 is no finding");
    assertEquals("Dear reader,\n", Files.readString(file));
  }
}
