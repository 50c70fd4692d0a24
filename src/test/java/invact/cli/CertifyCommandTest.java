package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CertifyCommandTest {
  private static final Path COMMITTED =
      Path.of(System.getProperty("invact.basedir", "."), "coefficients", "certificates.csv");

  @TempDir private Path folder;

  private static CommandTest.Run run(String... args) {
    return CommandTest.run(args);
  }

  @Test
  void printsATableOrJson() {
    CommandTest.Run table = run("certify", "gelu-fp32", "silu-paper", "--dtype", "fp64,bf16");
    assertEquals(0, table.exitCode(), table.err());
    // A header, and two branches of two sets in two dtypes.
    assertEquals(9, table.out().lines().count(), table.out());
    CommandTest.Run json = run("certify", "gelu-published", "--dtype", "fp64", "--json");
    JsonNode bounds = JsonMapper.shared().readTree(json.out()).get("certificates");
    assertEquals(2, bounds.size());
    JsonNode left = bounds.get(0);
    assertEquals(
        List.of("set", "digest", "dtype", "branch", "lower", "upper", "at"),
        List.copyOf(left.propertyNames()));
    // As the paper's coefficients leave f′ → 0 at −∞ by 1.2175e-3.
    assertTrue(left.get("at").isNull());
    assertEquals(1.2175e-3, left.get("lower").doubleValue(), 1e-6);
  }

  @Test
  void writesAndChecksAFile() throws Exception {
    String file = folder.resolve("table.csv").toString();
    String[] prove = {"certify", "silu-segmented", "gelu-bf16", "--dtype", "fp64,fp16"};
    List<String> write = new ArrayList<>(List.of(prove));
    write.addAll(List.of("--out", file));
    assertEquals(0, run(write.toArray(String[]::new)).exitCode());
    String text = Files.readString(Path.of(file));
    assertEquals(
        Files.readString(COMMITTED)
            .lines()
            .filter(line -> line.matches("set.*|(silu-segmented|gelu-bf16),.*,(fp64|fp16),.*"))
            .toList(),
        text.lines().toList());
    List<String> check = new ArrayList<>(List.of(prove));
    check.addAll(List.of("--check", file));
    assertEquals(0, run(check.toArray(String[]::new)).exitCode());
    Files.writeString(Path.of(file), text.replace(",fp16,right,0.005", ",fp16,right,0.004"));
    CommandTest.Run wrong = run(check.toArray(String[]::new));
    assertEquals(1, wrong.exitCode());
    assertEquals(
        "invact: " + file + ": says of gelu-bf16 in fp16 other than what is proved",
        wrong.err().strip());
    CommandTest.Run other = run("certify", "mish-fp16", "--dtype", "fp64", "--check", file);
    assertEquals(1, other.exitCode());
    assertEquals("invact: " + file + ": has no line of mish-fp16", other.err().strip());
  }

  @Test
  void expressionsAreRefusedInOneLine() throws Exception {
    run("fit", "--expr", "x*sigmoid(x)", "--name", "own", "--out", folder.toString());
    CommandTest.Run run = run("certify", folder.resolve("own-paper.json").toString());
    assertEquals(1, run.exitCode());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("not of expressions"), run.err());
  }

  @Test
  void evaluatePrintsWhatIsProved() {
    CommandTest.Run run = run("evaluate", "gelu-fp32", "--dtype", "fp64", "--json");
    JsonNode bounds = JsonMapper.shared().readTree(run.out()).get("provedBounds");
    assertEquals(1, bounds.size());
    assertEquals(1.5108e-6, bounds.get(0).get("upper").doubleValue(), 1e-9);
    CommandTest.Run table = run("evaluate", "gelu-fp32", "--dtype", "fp64");
    assertTrue(
        table.out().contains("\ngelu-fp32        fp64   1.5099e-06  1.5109e-06"), table.out());
  }
}
