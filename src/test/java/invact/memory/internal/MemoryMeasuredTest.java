package invact.memory.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.internal.io.CsvTable;
import invact.numeric.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Predictions against what was measured on a card: src/bench/pytorch/results. */
class MemoryMeasuredTest {
  private static final Path BASE = Path.of(System.getProperty("invact.basedir", "."));
  private static final Path RESULTS = BASE.resolve("src/bench/pytorch/results");
  private static final Path CONFIGS = BASE.resolve("src/test/resources/memory");
  private static final double MIB = 1 << 20;

  /** Rows of memory.csv that are a mode; the others are Liger's, the compiler's and the paper's. */
  private static final Map<String, Mode> MODES =
      Map.of(
          "eager", Mode.NATIVE,
          "inverted", Mode.INVERTED,
          "recompute", Mode.RECOMPUTE,
          "inverted-norms", Mode.NORMS,
          "inverted-norms-liger", Mode.NORMS,
          "checkpoint-layers", Mode.CHECKPOINT);

  /** Batch and tokens of memory.csv's rows. */
  private static final Map<String, long[]> SIZES =
      Map.of(
          "llama-2-7b", new long[] {1, 4096},
          "mistral-7b", new long[] {1, 4096},
          "bert-base", new long[] {32, 512},
          "vit-base", new long[] {64, 197},
          "ast", new long[] {16, 1214},
          "clip", new long[] {256, 77},
          "gpt2", new long[] {16, 1024});

  static Predictor predictor(Path config) throws IOException {
    return Predictor.of(Config.of(Files.readAllBytes(config)));
  }

  static Precision precision(String dtype) {
    return switch (dtype) {
      case "autocast" -> new Precision(Dtype.BF16, Dtype.FP32);
      case "fp32" -> new Precision(Dtype.FP32, Dtype.FP32);
      default -> new Precision(Dtype.BF16, Dtype.BF16);
    };
  }

  /** The request of a row of kept.csv. */
  static Request request(CsvTable.Row row, Predictor predictor) throws IOException {
    long tokens = (long) row.number("seq").orElseThrow();
    long most = predictor.modelName().equals("CLIPModel") ? predictor.mostTokens() : tokens;
    return new Request(
        (long) row.number("batch").orElseThrow(),
        Math.min(tokens, most),
        precision(row.text("dtype")),
        false,
        row.text("attention").equals("eager"));
  }

  private static Request measured(CsvTable.Row row) throws IOException {
    long[] size = SIZES.get(row.text("model"));
    boolean fused = row.text("row").endsWith("-liger");
    return new Request(size[0], size[1], precision(row.text("dtype")), fused, false);
  }

  private static List<CsvTable.Row> rows() throws IOException {
    List<CsvTable.Row> rows = new ArrayList<>();
    for (CsvTable.Row row : CsvTable.read(RESULTS.resolve("memory.csv")).rows()) {
      if (MODES.containsKey(row.text("row")) && row.number("held_mib").isPresent()) {
        rows.add(row);
      }
    }
    assertTrue(rows.size() > 80, rows.size() + " rows");
    return rows;
  }

  private static Predictor predictor(CsvTable.Row row) throws IOException {
    return predictor(CONFIGS.resolve("measured").resolve(row.text("model") + ".json"));
  }

  private static String name(CsvTable.Row row) throws IOException {
    return row.text("model") + " " + row.text("dtype") + " " + row.text("row");
  }

  /** 1e-4 of it, as the file has 0.1 MiB; asked for were 5 %. */
  @Test
  void heldAndSavedBytesOfWholeModels() throws IOException {
    for (CsvTable.Row row : rows()) {
      Prediction prediction = predictor(row).predict(measured(row), MODES.get(row.text("row")));
      double held = row.number("held_mib").orElseThrow();
      assertEquals(
          held, (prediction.held() - prediction.batch()) / MIB, 1e-4 * held + 0.06, name(row));
      if (row.number("saved_mib").isPresent()) {
        double saved = row.number("saved_mib").getAsDouble();
        // BERT's and GPT-2's labels were the same tensor as their token numbers: 0.1 MiB less.
        assertEquals(saved, prediction.held() / MIB, 1e-4 * saved + 0.2, name(row));
      }
    }
  }

  /** 8 %: gradients inside kernels are estimated, workspaces of convolutions are not. */
  @Test
  void peaksOfWholeModels() throws IOException {
    for (CsvTable.Row row : rows()) {
      Prediction prediction = predictor(row).predict(measured(row), MODES.get(row.text("row")));
      double peak = row.number("peak_mib").orElseThrow();
      assertEquals(peak, (prediction.peak() - prediction.batch()) / MIB, 0.08 * peak, name(row));
    }
  }

  /**
   * 3 %: fragments of memory are not predicted. In runs 1 and 2 convert kept memory of its own, so
   * that rows of invact_torch count from run 3 on.
   */
  @Test
  void largestBatchesThatRan() throws IOException {
    long card = (long) (79.18 * 1024 * MIB) - (long) (1536 * MIB);
    int rows = 0;
    for (CsvTable.Row row : rows()) {
      boolean counts =
          List.of("eager", "checkpoint-layers").contains(row.text("row"))
              || row.number("run").orElseThrow() >= 3;
      if (counts && row.text("verified").equals("yes")) {
        double largest = row.number("largest").orElseThrow();
        Mode mode = MODES.get(row.text("row"));
        assertEquals(
            largest,
            predictor(row).largestBatch(measured(row), mode, card, Optimizer.ADAMW).orElseThrow(),
            Math.max(0.03 * largest, 1),
            name(row));
        rows++;
      }
    }
    assertTrue(rows >= 30, rows + " rows");
  }

  /**
   * To 64 bytes: single numbers, such as the sum of the loss's weights and scales of embeddings,
   * are not predicted.
   */
  @Test
  void keptBytesOfEveryArchitecture() throws IOException {
    List<CsvTable.Row> rows = CsvTable.read(RESULTS.resolve("kept.csv")).rows();
    for (CsvTable.Row row : rows) {
      Predictor predictor = predictor(CONFIGS.resolve(row.text("config") + ".json"));
      Prediction prediction = predictor.predict(request(row, predictor), Mode.of(row.text("row")));
      // Hooks do not see what layers are given and are not theirs: masks, sines and cosines.
      long shared = prediction.kinds().getOrDefault(Kind.SHARED, 0L);
      double saved = row.number("saved").orElseThrow();
      assertEquals(
          saved,
          prediction.held() - shared,
          64,
          row.text("config")
              + " "
              + row.text("dtype")
              + " "
              + row.text("attention")
              + " "
              + row.text("row")
              + " line "
              + row.line());
    }
    assertTrue(rows.size() > 400, rows.size() + " rows");
  }
}
