package invact.memory.internal;

import invact.memory.internal.Tape.Tensor;
import invact.memory.internal.Tape.Weight;

/** GPT-2 with its head for the next word. */
final class Gpt2 implements Model {
  private final String name;
  private final long width;
  private final int count;
  private final long words;
  private final long positions;
  private final double dropout;
  private final Blocks.PreNorm layer;
  private final boolean tied;

  Gpt2(Config config, String head) {
    name = head;
    width = config.count("n_embd", 768);
    count = (int) config.count("n_layer", 12);
    words = config.count("vocab_size", 50257);
    positions = config.count("n_positions", 1024);
    dropout = config.number("embd_pdrop", 0.1);
    tied = config.flag("tie_word_embeddings", true);
    layer =
        new Blocks.PreNorm(
            "",
            "transformer.h.",
            "ln_1",
            "ln_2",
            "mlp.act",
            width,
            config.count("n_inner", 4 * width),
            config.count("n_head", 12),
            true,
            true,
            config.flag("use_cache", true),
            false,
            config.number("resid_pdrop", 0.1),
            config.number("attn_pdrop", 0.1),
            Pointwise.of(config, "activation_function", "gelu_new"));
    for (String key : new String[] {"add_cross_attention", "reorder_and_upcast_attn"}) {
      if (config.flag(key, false)) {
        throw config.failure(key, "is true, which is not predicted");
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean hasSequences() {
    return true;
  }

  @Override
  public long mostTokens() {
    return positions;
  }

  @Override
  public boolean hasVocabulary() {
    return true;
  }

  @Override
  public void run(Tape tape, long batch, long tokens) {
    Blocks blocks = new Blocks(tape);
    Weight table = tape.weight("embedding", words * width);
    tape.at("embeddings");
    Tensor numbers = blocks.numbers(batch * tokens);
    Tensor x = blocks.layers.embedding(Kind.BATCH, numbers, width, table);
    Tensor places = blocks.numbers(tokens);
    Weight positionTable = tape.weight(positions * width);
    x = blocks.layers.add(x, blocks.layers.embedding(Kind.EMBEDDING, places, width, positionTable));
    x = blocks.layers.dropout(x, dropout);
    blocks.causalMask(batch, tokens);
    for (int i = 0; i < count; i++) {
      x = blocks.preNormLayer(layer, batch, tokens, i, x);
    }
    tape.at("head");
    Tensor normed = blocks.norms.layer("transformer.ln_f", x, width);
    Weight decoder = tied ? table : tape.weight(words * width);
    if (tape.plan.fusedLoss()) {
      blocks.losses.fused(normed, width, words, decoder);
    } else {
      Tensor logits = blocks.layers.linear(Kind.HEAD, normed, width, words, decoder);
      blocks.losses.crossEntropy(logits, words, true, numbers);
    }
  }
}
