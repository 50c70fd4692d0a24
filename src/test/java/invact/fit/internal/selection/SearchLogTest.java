package invact.fit.internal.selection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.OneLine;
import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.activation.internal.CustomActivation;
import invact.form.internal.RootPolynomial;
import invact.numeric.Dtype;
import invact.sampling.Density;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchLogTest {
  private static final Candidate LINE =
      new Candidate(new RootPolynomial(1), Target.DERIVATIVE, Method.MINIMAX);
  private static final Candidate PARABOLA =
      new Candidate(new RootPolynomial(2), Target.DERIVATIVE, Method.MINIMAX);
  private static final SearchProblem GELU = problem(Activations.GELU, Dtype.FP32, 1);

  /** A finding of {@link #LINE} for {@link #GELU}, but for its errors. */
  private static final String LINE_OF_LOG =
      "{\"search\":1,\"activation\":\"gelu\",\"branch\":\"left\",\"dtype\":\"fp32\","
          + "\"form\":\"root-polynomial-1\",\"target\":\"derivative\",\"method\":\"minimax\",%s}\n";

  @TempDir private Path folder;

  private static SearchProblem problem(Activation activation, Dtype format, double sigma) {
    return new SearchProblem(activation, Branch.LEFT, format, new Density.Normal(sigma));
  }

  private Path file() {
    return folder.resolve("log.jsonl");
  }

  private static void add(Path file, SearchProblem problem, Finding... findings) throws Exception {
    try (SearchLog log = SearchLog.open(file)) {
      for (Finding finding : findings) {
        log.add(problem, finding);
      }
    }
  }

  private static Optional<Finding> find(Path file, SearchProblem problem, Candidate candidate)
      throws Exception {
    try (SearchLog log = SearchLog.open(file)) {
      return log.find(problem, candidate);
    }
  }

  @Test
  void whatWasAddedIsFound() throws Exception {
    Finding measured = new Finding.Measured(LINE, 0.1, -1.0 / 3, StrictMath.PI);
    Finding failed = new Finding.Failed(PARABOLA, "a \"pole\"\tat √u = 1");
    add(file(), GELU, measured);
    add(file(), GELU, failed);
    assertEquals(2, Files.readAllLines(file()).size());
    assertEquals(Optional.of(measured), find(file(), GELU, LINE));
    assertEquals(Optional.of(failed), find(file(), GELU, PARABOLA));
  }

  /** One file holds any searches; none takes another's findings for its own. */
  @Test
  void findingsBelongToTheirProblem() throws Exception {
    Activation mine = CustomActivation.of("mine", "x*sigmoid(x)");
    Activation other = CustomActivation.of("mine", "x*sigmoid(2*x)");
    Finding measured = new Finding.Measured(LINE, 1, 2, 3);
    for (SearchProblem problem :
        List.of(
            problem(mine, Dtype.FP32, 1),
            problem(Activations.GELU, Dtype.BF16, 1),
            problem(Activations.SILU, Dtype.FP16, 2))) {
      add(file(), problem, measured);
    }
    assertTrue(find(file(), problem(mine, Dtype.FP32, 1), LINE).isPresent());
    for (SearchProblem problem :
        List.of(
            GELU,
            problem(other, Dtype.FP32, 1),
            problem(Activations.GELU, Dtype.BF16, 2),
            problem(Activations.SILU, Dtype.BF16, 2))) {
      assertTrue(find(file(), problem, LINE).isEmpty(), problem.toString());
    }
    assertTrue(find(file(), problem(mine, Dtype.FP32, 1), PARABOLA).isEmpty());
  }

  /** A torn line is dropped, wherever it was torn, and the next one starts afresh. */
  @Test
  void aTornLineIsDropped() throws Exception {
    Finding first = new Finding.Measured(LINE, 1, 2, 3);
    Finding second = new Finding.Measured(PARABOLA, 4, 5, 6);
    add(file(), GELU, first);
    int whole = Files.readAllBytes(file()).length;
    add(file(), GELU, second);
    byte[] both = Files.readAllBytes(file());
    for (int length = whole; length < both.length; length++) {
      Files.write(file(), Arrays.copyOf(both, length));
      assertEquals(Optional.empty(), find(file(), GELU, PARABOLA), "torn at " + length);
      assertEquals(whole, Files.size(file()));
      add(file(), GELU, second);
      assertArrayEquals(both, Files.readAllBytes(file()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a letter",
        "a letter\n",
        "{}\n",
        "[]\n",
        "{\n  \"search\": 1\n}\n",
        "{\"search\":1,\"activation\":\"gelu\"}\n",
        "{\"search\":2,\"rms\":1,\"bias\":1,\"maxAbs\":1}\n",
        "{\"search\":1,\"rms\":1,\"bias\":1,\"maxAbs\":1,\"failure\":\"too\"}\n",
      })
  void aFileOfAnotherKindIsRefusedAndLeftAlone(String content) throws Exception {
    Files.writeString(file(), content);
    IOException e = assertThrows(IOException.class, () -> SearchLog.open(file()));
    assertTrue(e.getMessage().startsWith(file() + ": line 1 is no finding"), e.getMessage());
    assertTrue(e.getMessage().endsWith("name another file"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    assertEquals(content, Files.readString(file()));
  }

  /**
   * What a search would take for the best candidate of all, or stumble over when it is asked for.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"rms\":-1,\"bias\":0,\"maxAbs\":1",
        "\"rms\":1,\"bias\":0,\"maxAbs\":-1",
        "\"rms\":1e999,\"bias\":0,\"maxAbs\":1e999",
        "\"rms\":1,\"bias\":1e999,\"maxAbs\":1",
        "\"rms\":0.2,\"bias\":0,\"maxAbs\":0.1",
        "\"rms\":1,\"bias\":0",
      })
  void errorsThatNoFitHasAreRefused(String errors) throws Exception {
    assertRefused(LINE_OF_LOG.formatted(errors).getBytes(UTF_8));
  }

  @Test
  void onlyWholeFindingsInUtf8AreRead() throws Exception {
    String good = LINE_OF_LOG.formatted("\"rms\":1,\"bias\":0,\"maxAbs\":1");
    Files.writeString(file(), good);
    assertEquals(Optional.of(new Finding.Measured(LINE, 1, 0, 1)), find(file(), GELU, LINE));
    assertRefused(good.replace("\"rms\":1", "\"rms\":1" + "0".repeat(400)).getBytes(UTF_8));
    assertRefused(good.replace("\"search\":1", "\"search\":1.5").getBytes(UTF_8));
    assertRefused(good.replace("\"branch\":\"left\",", "").getBytes(UTF_8));
    assertRefused(good.replace("\"left\"", "7").getBytes(UTF_8));
    assertRefused(good.replace("\"rms\"", "\u001b[31m\"rms\"").getBytes(UTF_8));
    byte[] broken = good.replace("gelu", "ge?u").getBytes(UTF_8);
    for (int i = 0; i < broken.length; i++) {
      broken[i] = broken[i] == '?' ? (byte) 0xFF : broken[i];
    }
    assertRefused(broken);
  }

  private void assertRefused(byte[] content) throws Exception {
    Files.write(file(), content);
    IOException e = assertThrows(IOException.class, () -> SearchLog.open(file()));
    assertTrue(e.getMessage().startsWith(file() + ": line 1 is no finding: "), e.getMessage());
    OneLine.require(e.getMessage());
    assertArrayEquals(content, Files.readAllBytes(file()));
  }

  @Test
  void aFileInUseOrOutOfReachIsNamed() throws Exception {
    try (SearchLog log = SearchLog.open(file())) {
      log.add(GELU, new Finding.Measured(LINE, 1, 2, 3));
      IOException e = assertThrows(IOException.class, () -> SearchLog.open(file()));
      assertEquals(file() + ": another search is writing to it", e.getMessage());
    }
    assertThrows(IOException.class, () -> SearchLog.open(folder));
    assertThrows(IOException.class, () -> SearchLog.open(folder.resolve("missing/log.jsonl")));
  }
}
