package invact.memory.internal;

import invact.memory.internal.Tape.Tensor;
import invact.memory.internal.Tape.Weight;

/** BERT, RoBERTa and DistilBERT: norms after the sum, heads for masked words and for classes. */
final class Bert implements Model {
  private final String name;
  private final String type;
  private final long width;
  private final int count;
  private final long heads;
  private final long inner;
  private final long words;
  private final long positions;
  private final long tokenTypes;
  private final double dropout;
  private final double attentionDropout;
  private final double classifierDropout;
  private final Pointwise function;
  private final boolean tied;
  private final boolean classifies;
  private final long labels;

  Bert(Config config, String type, String head) {
    this.type = type;
    name = head;
    boolean distilled = type.equals("distilbert");
    width = config.count(distilled ? "dim" : "hidden_size", 768);
    count = (int) config.count(distilled ? "n_layers" : "num_hidden_layers", distilled ? 6 : 12);
    heads = config.count(distilled ? "n_heads" : "num_attention_heads", 12);
    inner = config.count(distilled ? "hidden_dim" : "intermediate_size", 3072);
    words = config.count("vocab_size", type.equals("roberta") ? 50265 : 30522);
    positions = config.count("max_position_embeddings", 512);
    tokenTypes = distilled ? 0 : config.count("type_vocab_size", 2);
    dropout = config.number(distilled ? "dropout" : "hidden_dropout_prob", 0.1);
    attentionDropout =
        config.number(distilled ? "attention_dropout" : "attention_probs_dropout_prob", 0.1);
    classifierDropout =
        distilled
            ? config.number("seq_classif_dropout", 0.2)
            : config.number("classifier_dropout", dropout);
    function = Pointwise.of(config, distilled ? "activation" : "hidden_act", "gelu");
    tied = config.flag("tie_word_embeddings", true);
    classifies = head.endsWith("ForSequenceClassification");
    labels = config.labels();
    if (config.flag("is_decoder", false)) {
      throw config.failure("is_decoder", "is true: only encoders are predicted");
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
    // RoBERTa's positions begin behind its padding number.
    return type.equals("roberta") ? positions - 2 : positions;
  }

  @Override
  public boolean hasVocabulary() {
    return !classifies;
  }

  @Override
  public void run(Tape tape, long batch, long tokens) {
    Blocks blocks = new Blocks(tape);
    Weight table = tape.weight("embedding", words * width);
    Tensor x = embed(blocks, table, batch, tokens);
    for (int i = 0; i < count; i++) {
      x = layer(blocks, batch, tokens, i, x);
    }
    tape.at("head");
    if (classifies) {
      classify(blocks, batch, x);
    } else {
      guess(blocks, table, batch * tokens, x);
    }
  }

  private Tensor embed(Blocks blocks, Weight table, long batch, long tokens) {
    Tape tape = blocks.tape;
    boolean roberta = type.equals("roberta");
    tape.at("embeddings");
    Tensor x = blocks.layers.embedding(Kind.BATCH, blocks.numbers(batch * tokens), width, table);
    // RoBERTa computes positions and types for each sequence; BERT's types are one row for all.
    long rows = roberta ? batch : 1;
    if (tokenTypes > 0) {
      Tensor types =
          blocks.layers.embedding(
              Kind.EMBEDDING,
              blocks.numbers(rows * tokens),
              width,
              tape.weight(tokenTypes * width));
      x = blocks.layers.add(x, types);
    }
    Weight place = tape.weight(positions * width);
    if (roberta) {
      Tensor numbers = blocks.numbers(batch * tokens);
      x = blocks.layers.add(x, blocks.layers.embedding(Kind.EMBEDDING, numbers, width, place));
    } else {
      // Their numbers are a buffer of the model.
      Tensor each = tape.make(tokens * width, tape.precision.parameterBytes());
      tape.step().writes(each).trains(place);
      x = blocks.layers.add(x, each);
    }
    return blocks.layers.dropout(blocks.norms.layer("embeddings.LayerNorm", x, width), dropout);
  }

  private Tensor layer(Blocks blocks, long batch, long tokens, int number, Tensor x) {
    boolean distilled = type.equals("distilbert");
    String prefix = distilled ? "transformer.layer." : "encoder.layer.";
    String module = prefix + number + ".";
    Layers layers = blocks.layers;
    blocks.tape.beginLayer("layer " + number, number == 0, x);
    Tensor q = layers.linear(Kind.ATTENTION, x, width, width, true);
    Tensor k = layers.linear(Kind.ATTENTION, x, width, width, true);
    Tensor v = layers.linear(Kind.ATTENTION, x, width, width, true);
    Attention.Shape shape =
        new Attention.Shape(
            batch,
            tokens,
            heads,
            heads,
            width / heads,
            attentionDropout,
            false,
            false,
            false,
            false,
            false);
    Tensor out =
        layers.linear(Kind.ATTENTION, blocks.attention.run(shape, q, k, v), width, width, true);
    Tensor attended = distilled ? out : layers.dropout(out, dropout);
    String firstNorm = distilled ? "sa_layer_norm" : "attention.output.LayerNorm";
    Tensor middle = blocks.norms.layer(module + firstNorm, layers.add(attended, x), width);
    String activation = distilled ? "ffn.activation" : "intermediate.intermediate_act_fn";
    Tensor mlp = blocks.mlps.plain(module + activation, function, middle, width, inner, true);
    String secondNorm = distilled ? "output_layer_norm" : "output.LayerNorm";
    Tensor y =
        blocks.norms.layer(
            module + secondNorm, layers.add(layers.dropout(mlp, dropout), middle), width);
    blocks.tape.endLayer();
    return y;
  }

  private void guess(Blocks blocks, Weight table, long rows, Tensor x) {
    Tape tape = blocks.tape;
    Tensor h = blocks.layers.linear(Kind.HEAD, x, width, width, true);
    // RoBERTa calls gelu as a function.
    Tensor y =
        type.equals("roberta")
            ? blocks.mlps.function("head.gelu", Pointwise.GELU, h)
            : blocks.mlps.activation("head.activation", function, h);
    Tensor normed = blocks.norms.layer("head.LayerNorm", y, width);
    Weight decoder = tied ? table : tape.weight(words * width);
    Weight bias = tape.weight(words);
    if (tape.plan.fusedLoss()) {
      blocks.losses.fused(normed, width, words, decoder, bias);
    } else {
      Tensor logits = blocks.layers.linear(Kind.HEAD, normed, width, words, decoder, bias);
      blocks.losses.crossEntropy(logits, words, false, blocks.numbers(rows));
    }
  }

  private void classify(Blocks blocks, long batch, Tensor x) {
    Tensor first = x.firstTokens(batch * width);
    Tensor given = type.equals("roberta") ? blocks.layers.dropout(first, classifierDropout) : first;
    Tensor h = blocks.layers.linear(Kind.HEAD, given, width, width, true);
    Tensor pooled = blocks.layers.pointwise(Kind.HEAD, h);
    Tensor logits =
        blocks.layers.linear(
            Kind.HEAD, blocks.layers.dropout(pooled, classifierDropout), width, labels, true);
    blocks.losses.crossEntropy(logits, labels, false, blocks.numbers(batch));
  }
}
