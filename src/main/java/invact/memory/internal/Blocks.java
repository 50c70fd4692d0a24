package invact.memory.internal;

import invact.memory.internal.Tape.Tensor;

/** The parts of a model with one tape, and the layer that vision models share. */
final class Blocks {
  final Tape tape;
  final Layers layers;
  final Norms norms;
  final Mlps mlps;
  final Attention attention;
  final Experts experts;
  final Losses losses;

  Blocks(Tape tape) {
    this.tape = tape;
    layers = new Layers(tape);
    norms = new Norms(tape);
    mlps = new Mlps(tape);
    attention = new Attention(tape);
    experts = new Experts(tape);
    losses = new Losses(tape);
  }

  /** Token numbers of a batch. */
  Tensor numbers(long count) {
    return tape.constant(count, Layers.INTEGER);
  }

  /** The causal mask of eager attention, a number for each pair of tokens; a kernel needs none. */
  void causalMask(long batch, long tokens) {
    if (tape.plan.eager()) {
      tape.shareWithLayers(tape.constant(batch * tokens * tokens, tape.precision.parameterBytes()));
    }
  }

  /** Pictures or sounds, which come in the parameters' dtype. */
  Tensor signal(long elements) {
    Tensor signal = tape.constant(elements, tape.precision.parameterBytes());
    tape.give(signal);
    return signal;
  }

  /**
   * A layer x + f(LayerNorm(x)) twice, f being attention with Linears with bias, and an MLP.
   *
   * @param settings its shape
   * @param batch sequences
   * @param tokens tokens in each
   * @param number of the layer
   * @param x its input
   */
  Tensor preNormLayer(PreNorm settings, long batch, long tokens, int number, Tensor x) {
    String name = settings.prefix + number + ".";
    long width = settings.width;
    tape.beginLayer(settings.tower + "layer " + number, number == 0, x);
    Tensor normed = norms.layer(name + settings.firstNorm, x, width);
    Tensor q;
    Tensor k;
    Tensor v;
    if (settings.fused) {
      Tensor all = layers.linear(Kind.ATTENTION, normed, width, 3 * width, true);
      q = all.view(batch * tokens * width);
      k = q;
      v = q;
    } else {
      q = layers.linear(Kind.ATTENTION, normed, width, width, settings.qkvBias);
      k = layers.linear(Kind.ATTENTION, normed, width, width, settings.qkvBias);
      v = layers.linear(Kind.ATTENTION, normed, width, width, settings.qkvBias);
    }
    Attention.Shape shape =
        new Attention.Shape(
            batch,
            tokens,
            settings.heads,
            settings.heads,
            width / settings.heads,
            settings.attentionDropout,
            false,
            settings.softmax32,
            false,
            settings.caches,
            false);
    Tensor attended = attention.run(shape, q, k, v);
    Tensor out = layers.linear(Kind.ATTENTION, attended, width, width, true);
    Tensor middle = layers.add(layers.dropout(out, settings.dropout), x);
    Tensor again = norms.layer(name + settings.secondNorm, middle, width);
    Tensor inner =
        mlps.plain(name + settings.mlp, settings.function, again, width, settings.inner, true);
    Tensor y = layers.add(middle, layers.dropout(inner, settings.dropout));
    tape.endLayer();
    return y;
  }

  /**
   * Settings of such a layer.
   *
   * @param tower what its places are called by, where a model has several towers
   * @param prefix of the names of modules, up to the layer's number
   * @param firstNorm name of the norm before attention
   * @param secondNorm name of the norm before the MLP
   * @param mlp name of the activation
   * @param width of a token
   * @param inner width inside the MLP
   * @param heads of attention
   * @param fused whether one Linear makes q, k and v, which then share a storage
   * @param qkvBias whether these Linears have a bias
   * @param caches whether keys and values go through a cache
   * @param softmax32 whether eager attention asks for a softmax in fp32
   * @param dropout after attention and MLP
   * @param attentionDropout inside attention
   * @param function the activation
   */
  record PreNorm(
      String tower,
      String prefix,
      String firstNorm,
      String secondNorm,
      String mlp,
      long width,
      long inner,
      long heads,
      boolean fused,
      boolean qkvBias,
      boolean caches,
      boolean softmax32,
      double dropout,
      double attentionDropout,
      Pointwise function) {}
}
