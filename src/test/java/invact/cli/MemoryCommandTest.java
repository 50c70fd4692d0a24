package invact.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MemoryCommandTest {
  @TempDir private Path folder;
  private Path config;

  @BeforeEach
  void config() throws Exception {
    config =
        Files.writeString(
            folder.resolve("config.json"), "{\"model_type\": \"llama\", \"num_hidden_layers\": 4}");
  }

  private CommandTest.Run memory(String... options) {
    return CommandTest.run(
        Stream.concat(Stream.of("memory", config.toString()), Stream.of(options))
            .toArray(String[]::new));
  }

  /** 4 layers of Llama's widths, 4096 tokens in bf16: by hand, in MiB. */
  @Test
  void jsonHasModesKindsAndPlaces() {
    CommandTest.Run run = memory("--batch", "1", "--seq", "4096", "--mode", "norms", "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode document = JsonMapper.shared().readTree(run.out());
    assertEquals("LlamaForCausalLM", document.get("model").stringValue());
    List<String> modes = new ArrayList<>();
    document.get("modes").forEach(mode -> modes.add(mode.get("mode").stringValue()));
    assertEquals(List.of("native", "norms"), modes);
    JsonNode kinds = document.get("modes").get(1).get("kinds");
    // a and p, 11008 wide, 86 MiB each.
    assertEquals(4 * 2 * 86L << 20, kinds.get("gated unit").longValue());
    // y of two norms a layer and of the last, 32 MiB each, and 4 bytes a row.
    assertEquals((9 * 32L << 20) + 9 * 4 * 4096, kinds.get("norms").longValue());
    // Log-probabilities of 32000 words in fp32, and labels.
    assertEquals((500L << 20) + 8 * 4096, kinds.get("loss").longValue());
    assertEquals(
        List.of("embeddings", "layer 0", "layer 1", "layer 2", "layer 3", "head", "loss"),
        document.get("modes").get(0).get("places").findValuesAsString("name"));
  }

  @Test
  void tablesNameEveryModeAndWhatFits() {
    CommandTest.Run run = memory("--batch", "1", "--seq", "1024");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("native  inverted  recompute   norms  checkpoint"), run.out());
    for (String row :
        List.of(
            "all / native", "largest batch on 80.0 GiB", "layer 0 to 3, each", "states of adamw")) {
      assertTrue(run.out().contains(row), run.out());
    }
    assertEquals(run, memory("--batch", "1", "--seq", "1024"));
  }

  @Test
  void theFigureIsTheSameEachTime() throws Exception {
    Path picture = folder.resolve("kept.svg");
    String[] options = {"--batch", "1", "--seq", "1024", "--plot", picture.toString()};
    CommandTest.Run run = memory(options);
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().endsWith(picture + System.lineSeparator()), run.out());
    byte[] first = Files.readAllBytes(picture);
    Files.delete(picture);
    memory(options);
    assertArrayEquals(first, Files.readAllBytes(picture));
  }

  @Test
  void mistakesGetOneLine() throws Exception {
    assertEquals(
        "invact: LlamaForCausalLM reads sequences: give their length by --seq",
        memory("--batch", "1").err().lines().findFirst().orElse(""));
    assertEquals(2, memory("--batch", "0", "--seq", "8").exitCode());
    assertEquals(2, memory("--batch", "1", "--seq", "8", "--mode", "all").exitCode());
    assertEquals(2, memory("--batch", "1", "--seq", "8", "--attention", "flash").exitCode());
    assertEquals(2, memory("--batch", "1", "--seq", "8", "--card-gib", "1").exitCode());
    assertEquals(2, memory("--batch", "1", "--seq", "8", "--plot", "kept.pdf").exitCode());
    Files.writeString(config, "{\"model_type\": \"t5\"}");
    CommandTest.Run run = memory("--batch", "1", "--seq", "8");
    assertEquals(1, run.exitCode());
    assertTrue(
        run.err().startsWith("invact: " + config + ": key model_type is 't5', which is not"),
        run.err());
    assertEquals(1, run.err().lines().count());
    Files.delete(config);
    assertEquals(1, memory("--batch", "1", "--seq", "8").exitCode());
  }
}
