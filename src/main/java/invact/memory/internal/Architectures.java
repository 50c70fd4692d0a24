package invact.memory.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The models that are predicted, by the model_type of their configuration. */
public final class Architectures {
  private interface Maker {
    Model make(Config config, String head);
  }

  /** A type's heads, the usual one first, and how a model is made. */
  private record Entry(List<String> heads, Maker maker) {}

  private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

  static {
    add("bert", Bert::new, "BertForMaskedLM", "BertForSequenceClassification");
    add("roberta", Bert::new, "RobertaForMaskedLM", "RobertaForSequenceClassification");
    add("distilbert", Bert::new, "DistilBertForMaskedLM");
    add("vit", Vision::new, "ViTForImageClassification");
    add("audio-spectrogram-transformer", Vision::new, "ASTForAudioClassification");
    add("clip", Clip::new, "CLIPModel");
    add("clip_vision_model", Clip::new, "CLIPVisionModel");
    ENTRIES.put("gpt2", new Entry(List.of("GPT2LMHeadModel"), Gpt2::new));
    add("llama", DecoderFamily.LLAMA, "LlamaForCausalLM");
    add("mistral", DecoderFamily.MISTRAL, "MistralForCausalLM");
    add("gemma", DecoderFamily.GEMMA, "GemmaForCausalLM");
    add("gemma2", DecoderFamily.GEMMA2, "Gemma2ForCausalLM");
    add("gemma3_text", DecoderFamily.GEMMA3, "Gemma3ForCausalLM");
    add("qwen2", DecoderFamily.QWEN2, "Qwen2ForCausalLM");
    add("qwen3", DecoderFamily.QWEN3, "Qwen3ForCausalLM");
    add("phi3", DecoderFamily.PHI3, "Phi3ForCausalLM");
    add("olmo2", DecoderFamily.OLMO2, "Olmo2ForCausalLM");
    add("mixtral", DecoderFamily.MIXTRAL, "MixtralForCausalLM");
    add("qwen2_moe", DecoderFamily.QWEN2_MOE, "Qwen2MoeForCausalLM");
    add("qwen3_moe", DecoderFamily.QWEN3_MOE, "Qwen3MoeForCausalLM");
  }

  private interface TypedMaker {
    Model make(Config config, String type, String head);
  }

  private Architectures() {}

  private static void add(String type, TypedMaker maker, String... heads) {
    ENTRIES.put(type, new Entry(List.of(heads), (config, head) -> maker.make(config, type, head)));
  }

  private static void add(String type, DecoderFamily family, String head) {
    ENTRIES.put(
        type, new Entry(List.of(head), (config, name) -> new Decoder(config, family, name)));
  }

  /**
   * The model_types that are known.
   *
   * @return their names
   */
  public static List<String> names() {
    return List.copyOf(ENTRIES.keySet());
  }

  /**
   * The model of a configuration. Its head is the first of {@code architectures}; a model without a
   * head gets the usual one.
   *
   * @throws MemoryException if the type or the head is not known, or a key is wrong
   */
  static Model of(Config config) {
    String type =
        config
            .text("model_type")
            .orElseThrow(() -> config.failure("model_type", "is missing: " + known()));
    Entry entry = ENTRIES.get(type);
    if (entry == null) {
      String hint =
          config.has("text_config")
              ? "; for a text model alone give its text_config as a file"
              : "";
      throw config.failure(
          "model_type", "is '" + type + "', which is not predicted: " + known() + hint);
    }
    List<String> named = config.texts("architectures");
    String head = named.isEmpty() ? entry.heads.getFirst() : named.getFirst();
    if (!entry.heads.contains(head)) {
      List<String> bases = new ArrayList<>();
      for (String each : entry.heads) {
        bases.add(each.replaceAll("(For|LMHead).*", "") + "Model");
      }
      if (!bases.contains(head)) {
        throw config.failure(
            "architectures",
            "begins with '" + head + "': known are " + String.join(", ", entry.heads));
      }
      head = entry.heads.getFirst();
    }
    return entry.maker.make(config, head);
  }

  private static String known() {
    return "known are " + ENTRIES.keySet().stream().collect(Collectors.joining(", "));
  }
}
