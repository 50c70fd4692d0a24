package invact.memory.internal;

import invact.memory.internal.Tape.Tensor;

/** ViT and the audio spectrogram transformer, with their heads for classes. */
final class Vision implements Model {
  private final String name;
  private final boolean audio;
  private final long width;
  private final int count;
  private final long patch;
  private final long elements;
  private final long patches;
  private final long channels;
  private final double dropout;
  private final Blocks.PreNorm layer;
  private final long labels;

  Vision(Config config, String type, String head) {
    name = head;
    audio = type.equals("audio-spectrogram-transformer");
    width = config.count("hidden_size", 768);
    count = (int) config.count("num_hidden_layers", 12);
    long[] side = config.sides("patch_size", 16);
    patch = side[0] * side[1];
    if (audio) {
      long bins = config.count("num_mel_bins", 128);
      long frames = config.count("max_length", 1024);
      channels = 1;
      elements = bins * frames;
      patches =
          steps(config, bins, side[0], "frequency_stride")
              * steps(config, frames, side[1], "time_stride");
    } else {
      long[] picture = config.sides("image_size", 224);
      channels = config.count("num_channels", 3);
      elements = channels * picture[0] * picture[1];
      patches = (picture[0] / side[0]) * (picture[1] / side[1]);
    }
    dropout = config.number("hidden_dropout_prob", 0);
    layer =
        new Blocks.PreNorm(
            "",
            "layers.",
            "layernorm_before",
            "layernorm_after",
            "mlp.activation_fn",
            width,
            config.count("intermediate_size", 3072),
            config.count("num_attention_heads", 12),
            false,
            config.flag("qkv_bias", true),
            false,
            true,
            dropout,
            config.number("attention_probs_dropout_prob", 0),
            Pointwise.of(config, "hidden_act", "gelu"));
    labels = config.labels();
  }

  private static long steps(Config config, long length, long patch, String key) {
    return (length - patch) / config.count(key, 10) + 1;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean hasSequences() {
    return false;
  }

  @Override
  public long mostTokens() {
    return patches + (audio ? 2 : 1);
  }

  @Override
  public boolean hasVocabulary() {
    return false;
  }

  @Override
  public void run(Tape tape, long batch, long ignored) {
    Blocks blocks = new Blocks(tape);
    long tokens = mostTokens();
    tape.at("embeddings");
    Tensor x =
        blocks.layers.patches(
            blocks.signal(batch * elements), batch * patches, patch * channels, width, true);
    x = blocks.layers.prepend(x, tokens - patches, batch, width);
    x = blocks.layers.dropout(blocks.layers.addParameter(x, tokens * width), dropout);
    for (int i = 0; i < count; i++) {
      x = blocks.preNormLayer(layer, batch, tokens, i, x);
    }
    tape.at("head");
    Tensor pooled = blocks.norms.layer("layernorm", x, width).firstTokens(batch * width);
    if (audio) {
      // The mean of the first two tokens.
      pooled = blocks.layers.add(pooled, pooled);
      pooled = blocks.norms.layer("classifier.layernorm", pooled, width);
    }
    Tensor logits = blocks.layers.linear(Kind.HEAD, pooled, width, labels, true);
    blocks.losses.crossEntropy(logits, labels, false, blocks.numbers(batch));
  }
}
