package invact.memory.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import invact.Required;
import invact.TorchPython;
import invact.internal.io.CsvTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Predictions against saved-tensor hooks on small models of every architecture, on a CPU with the
 * installed transformers. Attention is eager, where CPU and card save the same.
 */
class MemoryTorchTest {
  private static final Path BASE =
      Path.of(System.getProperty("invact.basedir", ".")).toAbsolutePath();
  private static final Path SCRIPTS = BASE.resolve("src/bench/pytorch");
  private static final Path CONFIGS = BASE.resolve("src/test/resources/memory");

  @TempDir private Path folder;

  @BeforeAll
  static void transformersIsThere() throws Exception {
    TorchPython.require();
    Required.found(
        "torch",
        TorchPython.run(SCRIPTS, "-c", "import transformers").status() == 0,
        "there is no transformers: pip install -r src/test/python/requirements.txt");
  }

  /**
   * In fp32 to 0.1 %: single numbers and, of experts, a mask of one byte for each pair are not
   * there. In bf16 to 0.5 %: on a CPU LayerNorm's statistics have 2 bytes and not 4.
   */
  @ParameterizedTest
  @CsvSource({
    "fp32, 'native,checkpoint', 3, 0.001, 62",
    "fp32, 'native', 1, 0.001, 31",
    "bf16, 'norms', 3, 0.005, 31",
    "bf16, 'inverted,recompute', 3, 0.005, 58"
  })
  void keptBytesOfEveryArchitecture(
      String dtype, String modes, int batch, double tolerance, int count) throws Exception {
    Path table = folder.resolve("kept.csv");
    TorchPython.Run run =
        TorchPython.run(
            SCRIPTS,
            "kept.py",
            "--configs",
            CONFIGS.toString(),
            "--rows",
            modes,
            "--dtypes",
            dtype,
            "--attentions",
            "eager",
            "--batch",
            Integer.toString(batch),
            "--out",
            table.toString());
    assertEquals(0, run.status(), run.output());
    List<CsvTable.Row> rows = CsvTable.read(table).rows();
    for (CsvTable.Row row : rows) {
      Predictor predictor =
          MemoryMeasuredTest.predictor(CONFIGS.resolve(row.text("config") + ".json"));
      Prediction prediction =
          predictor.predict(MemoryMeasuredTest.request(row, predictor), Mode.of(row.text("row")));
      double saved = row.number("saved").orElseThrow();
      long held = prediction.held();
      // Hooks see masks that a checkpointed layer gets by position, and none that it gets by name.
      long unseen = held - prediction.kinds().getOrDefault(Kind.SHARED, 0L);
      assertEquals(
          saved,
          Math.abs(held - saved) < Math.abs(unseen - saved) ? held : unseen,
          tolerance * saved,
          row.text("config") + " " + row.text("row"));
    }
    // Of two models of experts nothing but norms can be converted, which is an error.
    assertEquals(count, rows.size(), run.output());
  }
}
