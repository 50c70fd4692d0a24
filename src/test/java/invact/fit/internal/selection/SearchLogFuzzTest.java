package invact.fit.internal.selection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import invact.OneLine;
import invact.activation.Activations;
import invact.activation.Branch;
import invact.activation.Target;
import invact.form.internal.RootPolynomial;
import invact.numeric.Dtype;
import invact.sampling.internal.Densities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A file is a log of findings that are possible, or is refused with one line and left alone. */
class SearchLogFuzzTest {
  private static final Map<SearchProblem, List<Candidate>> CANDIDATES =
      Map.of(
          new SearchProblem(Activations.GELU, Branch.LEFT, Dtype.FP32, Densities.USUAL),
          polynomials(Method.MINIMAX),
          new SearchProblem(Activations.GELU, Branch.LEFT, Dtype.BF16, Densities.USUAL),
          polynomials(Method.CONDITIONAL_MEAN));

  private static Path file;

  private static List<Candidate> polynomials(Method method) {
    return IntStream.rangeClosed(1, 4)
        .mapToObj(degree -> new Candidate(new RootPolynomial(degree), Target.DERIVATIVE, method))
        .toList();
  }

  @BeforeAll
  static void makeFile() throws IOException {
    file = Files.createTempFile("search", ".jsonl");
  }

  @AfterAll
  static void removeFile() throws IOException {
    Files.deleteIfExists(file);
  }

  @FuzzTest
  void aFileIsALogOrRefused(byte[] content) throws IOException {
    Files.write(file, content);
    int whole = 0;
    for (int i = 0; i < content.length; i++) {
      whole = content[i] == '\n' ? i + 1 : whole;
    }
    try (SearchLog log = SearchLog.open(file)) {
      requirePossible(log);
    } catch (IOException e) {
      OneLine.require(e.getMessage());
      assertTrue(e.getMessage().startsWith(file + ": line "), e.getMessage());
      assertArrayEquals(content, Files.readAllBytes(file));
      return;
    }
    // A torn line is dropped, and nothing else.
    assertArrayEquals(Arrays.copyOf(content, whole), Files.readAllBytes(file));
    SearchLog.open(file).close();
    assertEquals(whole, Files.size(file));
  }

  private static void requirePossible(SearchLog log) {
    for (Map.Entry<SearchProblem, List<Candidate>> each : CANDIDATES.entrySet()) {
      for (Candidate candidate : each.getValue()) {
        if (log.find(each.getKey(), candidate).orElse(null) instanceof Finding.Measured found) {
          assertTrue(found.rms() >= 0 && Double.isFinite(found.bias()), found::toString);
          assertTrue(Double.isFinite(found.maxAbs()), found::toString);
          assertTrue(found.rms() <= found.maxAbs() * 1.001, found::toString);
        }
      }
    }
  }
}
