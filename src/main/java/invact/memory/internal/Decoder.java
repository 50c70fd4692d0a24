package invact.memory.internal;

import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Tensor;
import invact.memory.internal.Tape.Weight;
import java.util.ArrayList;
import java.util.List;

/**
 * Llama and what descends from it, with the head for the next word.
 *
 * <table>
 * <caption>A layer of Llama in bf16, bytes a token: d wide, H heads and G groups of D, f wide
 * inside; {@link Norms}, {@link Attention} and {@link Mlps} say why</caption>
 * <tr><th>kind</th><th>native</th><th>inverted</th><th>norms</th></tr>
 * <tr><td>two norms</td><td>2·(6·d + 4)</td><td>2·(6·d + 4)</td><td>2·(2·d + 4)</td></tr>
 * <tr><td>input of q, k, v</td><td>2·d</td><td>2·d</td><td>in the norm</td></tr>
 * <tr><td>q, k, v, output</td><td colspan="3">4·H·D + 4·G·D + 4·H; with a mask of S tokens 8·H·D +
 * 4·H + 2·S</td></tr>
 * <tr><td>input of gate and up</td><td>2·d</td><td>2·d</td><td>in the norm</td></tr>
 * <tr><td>gated unit</td><td>8·f</td><td>4·f</td><td>4·f</td></tr>
 * </table>
 */
final class Decoder implements Model {
  private final String name;
  private final DecoderFamily family;
  private final DecoderSettings is;

  Decoder(Config config, DecoderFamily family, String head) {
    name = head;
    this.family = family;
    is = DecoderSettings.of(config, family);
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
    return is.positions();
  }

  @Override
  public boolean hasTableOfPositions() {
    return false;
  }

  @Override
  public boolean hasVocabulary() {
    return true;
  }

  @Override
  public String note() {
    return is.softcap()
        ? "transformers before 5.24 runs Gemma 2 with sdpa, newer ones with eager attention"
        : "";
  }

  @Override
  public void run(Tape tape, long batch, long tokens) {
    Blocks blocks = new Blocks(tape);
    Weight table = tape.weight("embedding", is.words() * is.width());
    tape.at("embeddings");
    Tensor numbers = blocks.numbers(batch * tokens);
    Tensor x = blocks.layers.embedding(Kind.BATCH, numbers, is.width(), table);
    List<Tensor> tables = tables(tape, batch, tokens);
    for (int i = 0; i < is.count(); i++) {
      boolean slides = is.windows().get(i) > 0;
      int from = slides && family.rotaryTables() > 1 ? 2 : 0;
      x = layer(blocks, batch, tokens, i, x, tables.subList(from, from + 2));
    }
    tape.at("head");
    Tensor normed = blocks.norms.rms("model.norm", family.norm(), x, is.width());
    Weight head = is.tied() ? table : tape.weight(is.words() * is.width());
    if (tape.plan.fusedLoss()) {
      blocks.losses.fused(normed, is.width(), is.words(), head);
      return;
    }
    Tensor logits = blocks.layers.linear(Kind.HEAD, normed, is.width(), is.words(), head);
    if (is.finalSoftcap()) {
      logits = blocks.layers.pointwise(Kind.LOSS, logits);
    }
    blocks.losses.crossEntropy(logits, is.words(), true, numbers);
  }

  /** Cosines and sines, one row a token, for all sequences; and masks, which layers share. */
  private List<Tensor> tables(Tape tape, long batch, long tokens) {
    int bytes = family.hasWideTables() ? 4 : tape.precision.parameterBytes();
    List<Tensor> tables = new ArrayList<>();
    for (int i = 0; i < 2 * family.rotaryTables(); i++) {
      Tensor table = tape.constant(tokens * is.rotaryWidth(), bytes);
      tables.add(table);
      tape.shareWithLayers(table);
    }
    if (tape.plan.mode() != Mode.CHECKPOINT) {
      tape.step().saves(Kind.EMBEDDING, tables.toArray(Tensor[]::new));
    }
    boolean eager = tape.plan.eager();
    boolean masks = is.windows().stream().anyMatch(window -> masked(window, tokens));
    if (eager || masks) {
      long copies = eager && masks && is.windows().contains(0L) ? 2 : 1;
      int element = eager ? tape.precision.parameterBytes() : 1;
      tape.shareWithLayers(tape.constant(copies * batch * tokens * tokens, element));
    }
    return tables;
  }

  /** transformers makes a mask where a window is not longer than the sequence. */
  private static boolean masked(long window, long tokens) {
    return window > 0 && tokens >= window;
  }

  private Tensor layer(
      Blocks blocks, long batch, long tokens, int number, Tensor x, List<Tensor> tables) {
    String module = "model.layers." + number + ".";
    Tape tape = blocks.tape;
    tape.beginLayer("layer " + number, number == 0, x);
    Tensor given = before(blocks, module + "input_layernorm", x);
    Tensor attended =
        attend(
            blocks, batch, tokens, module + "self_attn.", given, tables, is.windows().get(number));
    attended = behind(blocks, module + "post_attention_layernorm", attended);
    Tensor middle = blocks.layers.add(x, blocks.layers.dropout(attended, is.dropout()));
    String second = family.normsBehind() ? "pre_feedforward_layernorm" : "post_attention_layernorm";
    given = before(blocks, module + second, middle);
    Tensor inner = mlp(blocks, module + "mlp", number, given);
    inner = behind(blocks, module + "post_feedforward_layernorm", inner);
    Tensor y = blocks.layers.add(middle, blocks.layers.dropout(inner, is.dropout()));
    tape.endLayer();
    return y;
  }

  private Tensor before(Blocks blocks, String norm, Tensor x) {
    return family.normsBefore() ? blocks.norms.rms(norm, family.norm(), x, is.width()) : x;
  }

  private Tensor behind(Blocks blocks, String norm, Tensor x) {
    return family.normsBehind() ? blocks.norms.rms(norm, family.norm(), x, is.width()) : x;
  }

  private Tensor attend(
      Blocks blocks,
      long batch,
      long tokens,
      String module,
      Tensor x,
      List<Tensor> tables,
      long window) {
    Tape tape = blocks.tape;
    long queries = is.heads() * is.headWidth();
    long keys = is.groups() * is.headWidth();
    Tensor q;
    Tensor k;
    Tensor v;
    if (family.isFused()) {
      Tensor all =
          blocks.layers.linear(Kind.ATTENTION, x, is.width(), queries + 2 * keys, is.qkvBias());
      q = all.view(batch * tokens * queries);
      k = all.view(batch * tokens * keys);
      v = all.view(batch * tokens * keys);
    } else {
      q = blocks.layers.linear(Kind.ATTENTION, x, is.width(), queries, is.qkvBias());
      k = blocks.layers.linear(Kind.ATTENTION, x, is.width(), keys, is.qkvBias());
      v = blocks.layers.linear(Kind.ATTENTION, x, is.width(), keys, is.qkvBias());
    }
    if (family.normsHeads()) {
      q = blocks.norms.rms(module + "q_norm", family.norm(), q, is.headWidth());
      k = blocks.norms.rms(module + "k_norm", family.norm(), k, is.headWidth());
    } else if (family.normsQueries()) {
      q = blocks.norms.rms(module + "q_norm", family.norm(), q, queries);
      k = blocks.norms.rms(module + "k_norm", family.norm(), k, keys);
    }
    q = rotated(tape, q, tables);
    k = rotated(tape, k, tables);
    Attention.Shape shape =
        new Attention.Shape(
            batch,
            tokens,
            is.heads(),
            is.groups(),
            is.headWidth(),
            is.attentionDropout(),
            masked(window, tokens),
            true,
            is.softcap(),
            is.caches() && tape.plan.mode() != Mode.CHECKPOINT,
            headsFirst(tape, module));
    Tensor out = blocks.attention.run(shape, q, k, v);
    return blocks.layers.linear(Kind.ATTENTION, out, queries, is.width(), is.outBias());
  }

  /**
   * Whether q comes out dense with heads before tokens: put together from parts, or from a norm
   * that gets a view with heads first and keeps a dense output.
   */
  private boolean headsFirst(Tape tape, String module) {
    return family.isFused()
        || (family == DecoderFamily.GEMMA3 && tape.plan.convertsNorm(module + "q_norm"));
  }

  /** x·cos + turned(x)·sin: saves both tables, as only x needs a gradient. */
  private Tensor rotated(Tape tape, Tensor x, List<Tensor> tables) {
    Tensor cosines = tables.getFirst();
    int bytes = family.hasWideTables() ? x.bytes : Math.max(x.bytes, cosines.bytes);
    Tensor y = tape.make(x.elements, bytes);
    tape.step().reads(Role.OTHER, x).writes(y).saves(Kind.EMBEDDING, cosines, tables.getLast());
    return y;
  }

  private Tensor mlp(Blocks blocks, String module, int number, Tensor x) {
    if (is.experts().isPresent() && !is.dense().contains(number)) {
      Tensor shared = is.sharedInner() > 0 ? shared(blocks, module, x) : null;
      Tensor y = blocks.experts.run(module + ".experts", is.experts().get(), is.function(), x);
      return shared == null ? y : blocks.layers.add(y, shared);
    }
    return family.isFused()
        ? blocks.mlps.fused(module, is.function(), x, is.width(), is.inner())
        : blocks.mlps.gated(module, is.function(), x, is.width(), is.inner(), is.mlpBias());
  }

  /** The expert of all tokens, its output times a sigmoid: both are saved for the product. */
  private Tensor shared(Blocks blocks, String module, Tensor x) {
    Tensor y =
        blocks.mlps.gated(
            module + ".shared_expert", is.function(), x, is.width(), is.sharedInner(), false);
    Tensor gate =
        blocks.layers.pointwise(
            Kind.ROUTING, blocks.layers.linear(Kind.ROUTING, x, is.width(), 1, false));
    Tensor product = blocks.tape.make(y.elements, y.bytes);
    blocks.tape.step().reads(Role.OTHER, gate, y).writes(product).saves(Kind.ROUTING, gate, y);
    return product;
  }
}
