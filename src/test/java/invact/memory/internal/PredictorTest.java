package invact.memory.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import invact.numeric.Dtype;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictorTest {
  private static final Path CONFIGS =
      Path.of(System.getProperty("invact.basedir", ".")).resolve("src/test/resources/memory");
  private static final Precision BF16 = new Precision(Dtype.BF16, Dtype.BF16);

  private static Predictor predictor(String json) {
    return Predictor.of(Config.of(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static String refusal(String json) {
    return assertThrows(MemoryException.class, () -> predictor(json)).getMessage();
  }

  private static Request request(long batch, long tokens) {
    return new Request(batch, tokens, BF16, false, false);
  }

  /** Sums of kinds and of places are all that is kept. */
  @Test
  void everyByteHasAKindAndAPlace() throws Exception {
    try (var files = Files.list(CONFIGS)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).sorted().toList()) {
        Predictor predictor = Predictor.of(Config.of(Files.readAllBytes(file)));
        for (Mode mode : Mode.values()) {
          Prediction prediction = predictor.predict(request(2, 32), mode);
          long kinds = prediction.kinds().values().stream().mapToLong(Long::longValue).sum();
          long places = prediction.places().stream().mapToLong(Prediction.Place::bytes).sum();
          assertEquals(prediction.held(), kinds, file + " " + mode);
          assertEquals(prediction.held(), places, file + " " + mode);
          assertTrue(prediction.peak() >= prediction.held(), file + " " + mode);
        }
      }
    }
  }

  /**
   * A published count: Llama-2-7B has 6,738,415,616 parameters, BERT-base's masked model 109.5 M.
   */
  @Test
  void parametersAreCountedTiedOnesOnce() {
    assertEquals(6_738_415_616L, predictor("{\"model_type\": \"llama\"}").parameters());
    assertEquals(109_514_298L, predictor("{\"model_type\": \"bert\"}").parameters());
    assertEquals(124_439_808L, predictor("{\"model_type\": \"gpt2\"}").parameters());
  }

  @Test
  void whatDoesNotPayIsNamedWithTheReason() {
    Prediction prediction =
        predictor("{\"model_type\": \"bert\"}").predict(request(2, 64), Mode.NORMS);
    assertEquals(
        List.of(
            new Prediction.Left(
                "embeddings.LayerNorm", 1, "dropout lies between it and the next Linear"),
            new Prediction.Left("head.activation", 1, "no Linear keeps its output")),
        prediction.left());
    assertEquals(
        List.of(
            new Prediction.Left(
                "model.layers.*.mlp.experts", 32, "experts with 3-D weights are not converted")),
        predictor("{\"model_type\": \"mixtral\"}").predict(request(1, 64), Mode.NORMS).left());
  }

  /** Exactly as many sequences fit as the predicted peak allows. */
  @Test
  void theLargestBatchFitsAndOneMoreDoesNot() {
    Predictor predictor = predictor("{\"model_type\": \"gpt2\"}");
    long room = 20L << 30;
    long left = room - predictor.fixedBytes(BF16, Optimizer.ADAMW);
    for (Mode mode : Mode.values()) {
      long batch =
          predictor.largestBatch(request(1, 512), mode, room, Optimizer.ADAMW).orElseThrow();
      assertTrue(predictor.predict(request(batch, 512), mode).peak() <= left, mode.label());
      assertTrue(predictor.predict(request(batch + 1, 512), mode).peak() > left, mode.label());
    }
    assertTrue(
        predictor.largestBatch(request(1, 512), Mode.NATIVE, 1 << 20, Optimizer.NONE).isEmpty());
    Predictor llama = predictor("{\"model_type\": \"llama\", \"num_hidden_layers\": 2}");
    long tokens =
        llama.longestSequence(request(1, 1), Mode.NORMS, room, Optimizer.SGD).orElseThrow();
    left = room - llama.fixedBytes(BF16, Optimizer.SGD);
    assertEquals(0, tokens % 64);
    assertTrue(llama.predict(request(1, tokens), Mode.NORMS).peak() <= left);
    assertTrue(llama.predict(request(1, tokens + 64), Mode.NORMS).peak() > left);
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertTrue(
        refusal("{\"model_type\": \"t5\"}")
            .startsWith("key model_type is 't5', which is not predicted: known are bert, roberta"),
        refusal("{\"model_type\": \"t5\"}"));
    assertTrue(refusal("{\"model_type\": \"gemma3\", \"text_config\": {}}").endsWith("as a file"));
    assertTrue(refusal("{}").startsWith("key model_type is missing: known are bert"));
    assertEquals("is not a JSON object, as a config.json of transformers is", refusal("[]"));
    assertEquals(
        "key architectures begins with 'BertForPreTraining': known are BertForMaskedLM,"
            + " BertForSequenceClassification",
        refusal("{\"model_type\": \"bert\", \"architectures\": [\"BertForPreTraining\"]}"));
    assertTrue(
        refusal("{\"model_type\": \"vit\", \"hidden_act\": \"relu\"}")
            .startsWith("key hidden_act is 'relu', an activation that is not predicted"));
    assertEquals(
        "key num_key_value_heads is no divisor of num_attention_heads",
        refusal(
            "{\"model_type\": \"llama\", \"num_attention_heads\": 8,"
                + " \"num_key_value_heads\": 3}"));
    assertEquals(
        "key hidden_size is out of range: 0",
        refusal("{\"model_type\": \"vit\", \"hidden_size\": 0}"));
    assertEquals(
        "the model takes at most 512 tokens, not 513",
        assertThrows(
                MemoryException.class,
                () -> predictor("{\"model_type\": \"bert\"}").predict(request(1, 513), Mode.NATIVE))
            .getMessage());
    assertEquals(
        "a batch of 8 with 16777216 tokens each is beyond any card",
        assertThrows(
                MemoryException.class,
                () ->
                    predictor("{\"model_type\": \"llama\"}")
                        .predict(request(8, 1 << 24), Mode.NATIVE))
            .getMessage());
    Request fused = new Request(1, 197, BF16, true, false);
    assertTrue(
        assertThrows(
                MemoryException.class,
                () -> predictor("{\"model_type\": \"vit\"}").predict(fused, Mode.NATIVE))
            .getMessage()
            .startsWith("ViTForImageClassification has no loss over a vocabulary"));
    assertThrows(MemoryException.class, () -> new Precision(Dtype.FP32, Dtype.BF16));
  }
}
