package invact.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import invact.cli.CommandTest.Run;
import invact.internal.bench.Libtorch;
import invact.runtime.cuda.Context;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {
  @Test
  void jsonHasARowForTheCopyAndEachPass() {
    Run run =
        CommandTest.run(
            "bench",
            "gelu-fp32",
            "--dtype",
            "bf16",
            "--elements",
            "1001",
            "--threads",
            "2",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode rows = JsonMapper.shared().readTree(run.out()).get("rows");
    List<String> ops =
        List.of("copy", "gelu-forward", "gelu-backward", "geglu-forward", "geglu-backward");
    assertEquals(ops.size(), rows.size(), run.out());
    for (int i = 0; i < ops.size(); i++) {
      JsonNode row = rows.get(i);
      assertEquals(
          List.of(
              "op",
              "dtype",
              "backend",
              "threads",
              "elements",
              "nanosPerElement",
              "shareOfCopy",
              "baselineNanosPerElement"),
          List.copyOf(row.propertyNames()));
      assertEquals(ops.get(i), row.get("op").stringValue());
      assertEquals("bf16", row.get("dtype").stringValue());
      assertEquals(2, row.get("threads").intValue());
      assertEquals(1001, row.get("elements").longValue());
      assertTrue(row.get("nanosPerElement").doubleValue() > 0, run.out());
      assertTrue(row.get("shareOfCopy").doubleValue() > 0, run.out());
      assertEquals(Libtorch.obstacle().isPresent(), row.get("baselineNanosPerElement").isNull());
    }
    assertEquals(1, rows.get(0).get("shareOfCopy").doubleValue());
  }

  @Test
  void resultsGoToStdoutAndTheMachineToStderr() {
    Run run = CommandTest.run("bench", "silu-bf16", "--dtype", "fp16", "--elements", "64");
    assertEquals(0, run.exitCode(), run.err());
    // A header, a copy, the activation's two passes, the gated unit's.
    assertEquals(6, run.out().lines().count(), run.out());
    assertTrue(run.err().contains("invact: timing fp16"), run.err());
    assertTrue(run.err().lines().allMatch(line -> line.startsWith("invact: ")), run.err());
  }

  @Test
  void tooLittleMemoryIsOneLineThatSaysWhatToDo() {
    Run run = CommandTest.run("bench", "silu-fp32", "--elements", Long.toString(1L << 40));
    assertEquals(1, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertTrue(
        run.err().lines().toList().getLast().startsWith("invact: too little memory for tensors of"),
        run.err());
  }

  @Test
  void aDeviceThatIsNotThereIsOneLineThatSaysWhatIsMissing() {
    assumeTrue(Context.obstacle().isPresent(), "there is a GPU");
    Run run = CommandTest.run("bench", "--device", "cuda", "--json");
    assertEquals(1, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertEquals(
        "invact: device cuda is not available: " + Context.obstacle().get(), run.err().strip());
  }
}
