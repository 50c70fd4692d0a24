package invact.cli;

import static invact.cli.CommandTest.assertFailure;
import static invact.cli.CommandTest.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.cli.CommandTest.Run;
import invact.coefficients.CoefficientSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code invact fit --defaults} with activations named. */
class DefaultsCommandTest {
  @TempDir private Path folder;

  /** A function of one's own gets the same three sets and figures as the named ones. */
  @Test
  void anOwnFunctionHasDefaultSetsToo() throws Exception {
    String expression = "x*tanh(softplus(x))";
    Run run =
        run(
            "fit",
            "--defaults",
            "--expr",
            expression,
            "--name",
            "my_mish",
            "--out",
            folder.resolve("sets").toString(),
            "--plots",
            folder.resolve("figures").toString());
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(
        List.of("my_mish-bf16.json", "my_mish-fp16.json", "my_mish-fp32.json"),
        names(folder.resolve("sets")));
    for (String name : names(folder.resolve("sets"))) {
      CoefficientSet set = CoefficientSet.read(folder.resolve("sets").resolve(name));
      assertEquals(Optional.of(expression), set.activation().expression());
    }
    assertEquals(
        List.of("my_mish-default-errors.png", "my_mish-half-errors.png", "my_mish-ulp.png"),
        names(folder.resolve("figures")));
    assertEquals(7, run.out().lines().count(), run.out());
  }

  @Test
  void whatCannotBeKeptIsAFailure() {
    assertFailure(
        run(
            "fit",
            "--defaults",
            "--expr",
            "x*min(max(x + 3, 0), 6)/6",
            "--name",
            "hard_swish",
            "--out",
            folder.toString()),
        "no rational up to type 7/7 brings the left branch of hard_swish within 2.0E-6");
  }

  /** Sets came to the folder together, at the end. */
  @Test
  void aSetIsWrittenWhenItIsDone() throws Exception {
    // Hard swish, which fails, comes after the activations by name.
    Run run =
        run(
            "fit",
            "--defaults",
            "mish",
            "--expr",
            "x*min(max(x + 3, 0), 6)/6",
            "--name",
            "hard_swish",
            "--out",
            folder.toString());
    assertEquals(1, run.exitCode(), run.err());
    assertEquals(List.of("mish-bf16.json", "mish-fp16.json", "mish-fp32.json"), names(folder));
  }

  @Test
  void anUnknownActivationIsWrongUsage() {
    Run run = run("fit", "--defaults", "gelo");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("unknown activation 'gelo'"), run.err());
  }

  private static List<String> names(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
