package invact.memory.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The shape of a decoder, with the defaults of transformers' configuration classes.
 *
 * @param width of a token
 * @param count layers
 * @param heads of queries
 * @param groups heads of keys and values
 * @param headWidth width of a head
 * @param rotaryWidth what of it RoPE turns
 * @param inner width inside an MLP
 * @param words of the vocabulary
 * @param tied whether the last Linear's weight is the embedding's
 * @param qkvBias whether Linears of q, k, v have a bias
 * @param outBias whether attention's last Linear has
 * @param mlpBias whether those of the MLP have
 * @param attentionDropout inside attention
 * @param dropout after attention and MLP
 * @param function the activation
 * @param windows of sliding attention for each layer, 0 for none
 * @param finalSoftcap whether tanh caps the logits
 * @param softcap whether tanh caps the scores of eager attention
 * @param experts the block of experts, or nothing
 * @param sharedInner width of the expert that all tokens share, or 0
 * @param dense layers with an MLP although there are experts
 * @param positions the most tokens
 * @param caches whether keys and values go through a cache, as use_cache says
 */
record DecoderSettings(
    long width,
    int count,
    long heads,
    long groups,
    long headWidth,
    long rotaryWidth,
    long inner,
    long words,
    boolean tied,
    boolean qkvBias,
    boolean outBias,
    boolean mlpBias,
    double attentionDropout,
    double dropout,
    Pointwise function,
    List<Long> windows,
    boolean finalSoftcap,
    boolean softcap,
    Optional<Experts.Shape> experts,
    long sharedInner,
    Set<Integer> dense,
    long positions,
    boolean caches) {

  /** What the classes of configurations have for keys that a file lacks. */
  private record Defaults(
      long words,
      long width,
      long inner,
      int count,
      long heads,
      long groups,
      long headWidth,
      long positions,
      long window,
      boolean tied) {}

  private static Defaults defaults(DecoderFamily family) {
    return switch (family) {
      case LLAMA -> new Defaults(32000, 4096, 11008, 32, 32, 0, 0, 2048, 0, false);
      case MISTRAL -> new Defaults(32000, 4096, 14336, 32, 32, 8, 0, 131072, 4096, false);
      case MIXTRAL -> new Defaults(32000, 4096, 14336, 32, 32, 8, 0, 131072, 0, false);
      case GEMMA -> new Defaults(256000, 3072, 24576, 28, 16, 16, 256, 8192, 0, true);
      case GEMMA2 -> new Defaults(256000, 2304, 9216, 26, 8, 4, 256, 8192, 4096, true);
      case GEMMA3 -> new Defaults(262208, 2304, 9216, 26, 8, 4, 256, 131072, 4096, true);
      case QWEN2 -> new Defaults(151936, 4096, 22016, 32, 32, 32, 0, 32768, 4096, false);
      case QWEN3 -> new Defaults(151936, 4096, 22016, 32, 32, 32, 128, 32768, 4096, false);
      case QWEN2_MOE -> new Defaults(151936, 2048, 5632, 24, 16, 16, 0, 32768, 4096, false);
      case QWEN3_MOE -> new Defaults(151936, 2048, 6144, 24, 32, 4, 0, 32768, 4096, false);
      case PHI3 -> new Defaults(32064, 3072, 8192, 32, 32, 0, 0, 4096, 0, false);
      case OLMO2 -> new Defaults(50304, 4096, 11008, 32, 32, 0, 0, 2048, 0, false);
    };
  }

  static DecoderSettings of(Config config, DecoderFamily family) {
    Defaults defaults = defaults(family);
    long width = config.count("hidden_size", defaults.width);
    int count = (int) config.count("num_hidden_layers", defaults.count);
    long heads = config.count("num_attention_heads", defaults.heads);
    long groups =
        config.count(
            "num_key_value_heads",
            config.names("num_key_value_heads") || defaults.groups == 0 ? heads : defaults.groups);
    if (heads % groups != 0) {
      throw config.failure("num_key_value_heads", "is no divisor of num_attention_heads");
    }
    long headWidth =
        config.count("head_dim", defaults.headWidth == 0 ? width / heads : defaults.headWidth);
    boolean bias = config.flag("attention_bias", false);
    boolean isQwen2 = family == DecoderFamily.QWEN2 || family == DecoderFamily.QWEN2_MOE;
    return new DecoderSettings(
        width,
        count,
        heads,
        groups,
        headWidth,
        (long) (headWidth * rotaryPart(config)),
        config.count("intermediate_size", defaults.inner),
        config.count("vocab_size", defaults.words),
        config.flag("tie_word_embeddings", defaults.tied),
        isQwen2 ? config.flag("qkv_bias", true) : bias,
        !isQwen2 && bias,
        config.flag("mlp_bias", false),
        config.number("attention_dropout", 0),
        config.number("resid_pdrop", 0),
        function(config, family),
        windows(config, family, count, defaults.window),
        config.number("final_logit_softcapping", family == DecoderFamily.GEMMA2 ? 30 : 0) != 0
            && (config.names("final_logit_softcapping")
                ? config.has("final_logit_softcapping")
                : true),
        family == DecoderFamily.GEMMA2
            && (config.has("attn_logit_softcapping") || !config.names("attn_logit_softcapping")),
        experts(config, family, width),
        family == DecoderFamily.QWEN2_MOE
            ? config.count("shared_expert_intermediate_size", 5632)
            : 0,
        dense(config, family, count),
        config.count("max_position_embeddings", defaults.positions),
        config.flag("use_cache", true));
  }

  private static double rotaryPart(Config config) {
    double part = config.number("partial_rotary_factor", 1);
    return config.has("rope_parameters")
        ? config.object("rope_parameters").number("partial_rotary_factor", part)
        : part;
  }

  private static Pointwise function(Config config, DecoderFamily family) {
    boolean gemma =
        family == DecoderFamily.GEMMA
            || family == DecoderFamily.GEMMA2
            || family == DecoderFamily.GEMMA3;
    if (!gemma) {
      return Pointwise.of(config, "hidden_act", "silu");
    }
    String key =
        family == DecoderFamily.GEMMA && !config.has("hidden_activation")
            ? "hidden_act"
            : "hidden_activation";
    // Configurations of the first Gemma say gelu and mean its tanh form.
    return config.text(key).orElse("gelu").equals("gelu")
        ? Pointwise.GELU_TANH
        : Pointwise.of(config, key, "gelu_pytorch_tanh");
  }

  private static List<Long> windows(
      Config config, DecoderFamily family, int count, long otherwise) {
    long window =
        config.names("sliding_window") ? config.whole("sliding_window").orElse(0L) : otherwise;
    boolean qwen =
        switch (family) {
          case QWEN2, QWEN3, QWEN2_MOE, QWEN3_MOE -> true;
          default -> false;
        };
    if (qwen && !config.flag("use_sliding_window", false)) {
      window = 0;
    }
    List<String> types = config.texts("layer_types");
    long pattern =
        config.count("sliding_window_pattern", config.count("_sliding_window_pattern", 6));
    long first = config.whole("max_window_layers").orElse(28L);
    List<Long> windows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean slides =
          types.size() > i
              ? types.get(i).equals("sliding_attention")
              : switch (family) {
                case GEMMA2 -> (i + 1) % 2 != 0;
                case GEMMA3 -> (i + 1) % pattern != 0;
                case QWEN2, QWEN3 -> i >= first;
                case QWEN2_MOE -> (i + 1) % 2 != 0 && i < first;
                default -> true;
              };
      windows.add(slides ? window : 0L);
    }
    return windows;
  }

  private static Optional<Experts.Shape> experts(Config config, DecoderFamily family, long width) {
    return switch (family) {
      case MIXTRAL ->
          Optional.of(
              new Experts.Shape(
                  config.count("num_local_experts", 8),
                  config.count("num_experts_per_tok", 2),
                  width,
                  config.count("intermediate_size", 14336),
                  true,
                  false));
      case QWEN2_MOE, QWEN3_MOE -> {
        boolean third = family == DecoderFamily.QWEN3_MOE;
        yield Optional.of(
            new Experts.Shape(
                config.count("num_experts", third ? 128 : 60),
                config.count("num_experts_per_tok", third ? 8 : 4),
                width,
                config.count("moe_intermediate_size", third ? 768 : 1408),
                config.flag("norm_topk_prob", false),
                true));
      }
      default -> Optional.empty();
    };
  }

  private static Set<Integer> dense(Config config, DecoderFamily family, int count) {
    Set<Integer> dense = new java.util.HashSet<>();
    if (family == DecoderFamily.QWEN2_MOE || family == DecoderFamily.QWEN3_MOE) {
      long step = config.count("decoder_sparse_step", 1);
      List<Long> named = config.numbers("mlp_only_layers");
      for (int i = 0; i < count; i++) {
        if (named.contains((long) i) || (i + 1) % step != 0) {
          dense.add(i);
        }
      }
    }
    return dense;
  }
}
