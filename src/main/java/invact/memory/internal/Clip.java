package invact.memory.internal;

import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Tensor;

/** CLIP: pictures and texts with the contrastive loss, or the tower for pictures alone. */
final class Clip implements Model {
  /** One of its two towers. */
  private record Tower(long width, int count, Blocks.PreNorm layer) {
    static Tower of(Config config, String name, long width, long inner, long heads) {
      long wide = config.count("hidden_size", width);
      return new Tower(
          wide,
          (int) config.count("num_hidden_layers", 12),
          new Blocks.PreNorm(
              name + " ",
              name + "_model.layers.",
              "layer_norm1",
              "layer_norm2",
              "mlp.activation_fn",
              wide,
              config.count("intermediate_size", inner),
              config.count("num_attention_heads", heads),
              false,
              true,
              false,
              true,
              0,
              config.number("attention_dropout", 0),
              Pointwise.of(config, "hidden_act", "quick_gelu")));
    }
  }

  private static final int FP32 = 4;

  private final String name;
  private final boolean alone;
  private final Tower pictures;
  private final Tower texts;
  private final long patch;
  private final long elements;
  private final long patches;
  private final long words;
  private final long positions;
  private final long shared;

  Clip(Config config, String type, String head) {
    name = head;
    alone = type.equals("clip_vision_model");
    Config vision = alone ? config : config.objectOrEmpty("vision_config");
    Config text = alone ? config : config.objectOrEmpty("text_config");
    pictures = Tower.of(vision, "vision", 768, 3072, 12);
    texts = alone ? null : Tower.of(text, "text", 512, 2048, 8);
    long[] side = vision.sides("patch_size", 32);
    long[] picture = vision.sides("image_size", 224);
    long channels = vision.count("num_channels", 3);
    patch = channels * side[0] * side[1];
    elements = channels * picture[0] * picture[1];
    patches = (picture[0] / side[0]) * (picture[1] / side[1]);
    words = text.count("vocab_size", 49408);
    positions = text.count("max_position_embeddings", 77);
    shared = config.count("projection_dim", 512);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean hasSequences() {
    return !alone;
  }

  @Override
  public long mostTokens() {
    return alone ? patches + 1 : positions;
  }

  @Override
  public boolean hasVocabulary() {
    return false;
  }

  @Override
  public String note() {
    return alone ? "the loss is taken as a sum over the pooled output" : "";
  }

  @Override
  public void run(Tape tape, long batch, long tokens) {
    Blocks blocks = new Blocks(tape);
    Tensor picture = seen(blocks, batch);
    if (alone) {
      return;
    }
    Tensor image = blocks.layers.linear(Kind.HEAD, picture, pictures.width, shared, false);
    Tensor text =
        blocks.layers.linear(Kind.HEAD, read(blocks, batch, tokens), texts.width, shared, false);
    tape.at("loss");
    contrast(blocks, batch, unit(blocks, batch, image), unit(blocks, batch, text));
  }

  private Tensor seen(Blocks blocks, long batch) {
    long tokens = patches + 1;
    long width = pictures.width;
    blocks.tape.at("vision embeddings");
    Tensor x =
        blocks.layers.patches(
            blocks.signal(batch * elements), batch * patches, patch, width, false);
    x = blocks.layers.prepend(x, 1, batch, width);
    x = blocks.layers.addParameter(x, tokens * width);
    x = blocks.norms.layer("vision_model.pre_layrnorm", x, width);
    for (int i = 0; i < pictures.count; i++) {
      x = blocks.preNormLayer(pictures.layer, batch, tokens, i, x);
    }
    blocks.tape.at("vision head");
    Tensor first = x.view(batch * width);
    return blocks.norms.layer("vision_model.post_layernorm", first, width);
  }

  private Tensor read(Blocks blocks, long batch, long tokens) {
    long width = texts.width;
    Tape tape = blocks.tape;
    tape.at("text embeddings");
    Tensor ids = blocks.numbers(batch * tokens);
    Tensor x = blocks.layers.embedding(Kind.BATCH, ids, width, tape.weight(words * width));
    x = blocks.layers.addParameter(x, positions * width);
    blocks.causalMask(batch, tokens);
    for (int i = 0; i < texts.count; i++) {
      x = blocks.preNormLayer(texts.layer, batch, tokens, i, x);
    }
    tape.at("text head");
    Tensor normed = blocks.norms.layer("text_model.final_layer_norm", x, width);
    Tensor last = tape.make(batch * width, normed.bytes);
    tape.step()
        .reads(Role.OTHER, normed)
        .writes(last)
        .saves(Kind.HEAD, blocks.numbers(batch), blocks.numbers(batch));
    return last;
  }

  /** x divided by the root of its sum of squares: saves x and two numbers a row. */
  private static Tensor unit(Blocks blocks, long batch, Tensor x) {
    Tape tape = blocks.tape;
    boolean widens = tape.precision.autocast();
    int bytes = widens ? FP32 : x.bytes;
    Tensor y = tape.make(x.elements, bytes);
    tape.step()
        .reads(Role.OTHER, x)
        .writes(y)
        .saves(Kind.LOSS, x, tape.constant(batch, bytes), tape.constant(batch, bytes));
    if (widens) {
      tape.step().saves(Kind.LOSS, tape.constant(x.elements, FP32), tape.constant(batch, bytes));
    }
    return y;
  }

  /** Products of all pictures with all texts, scaled; cross entropy of rows and of columns. */
  private static void contrast(Blocks blocks, long batch, Tensor image, Tensor text) {
    Tape tape = blocks.tape;
    int compute = tape.precision.computeBytes();
    Tensor logits = tape.make(batch * batch, compute);
    tape.step()
        .reads(Role.PRODUCT, image, text)
        .writes(logits)
        .saves(
            Kind.LOSS,
            compute == image.bytes ? image : tape.constant(image.elements, compute),
            compute == text.bytes ? text : tape.constant(text.elements, compute));
    tape.step().saves(Kind.LOSS, logits).trains(tape.weight(1));
    blocks.losses.crossEntropy(logits, batch, false, blocks.numbers(batch));
    blocks.losses.crossEntropy(logits, batch, false, blocks.numbers(batch));
  }
}
