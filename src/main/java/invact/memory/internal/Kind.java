package invact.memory.internal;

/** For what a training step keeps bytes. */
public enum Kind {
  /** The batch itself: token numbers, labels, pictures, sounds. */
  BATCH("batch"),
  /** Positions, token types, sines and cosines of RoPE. */
  EMBEDDING("embeddings"),
  /** Inputs, normalized inputs and statistics of norms; of converted norms their output. */
  NORM("norms"),
  /** Inputs of attention's Linears, q, k, v, the output, and what the kernel keeps. */
  ATTENTION("attention"),
  /** Inputs of the first Linears of MLPs. */
  MLP_INPUT("MLP inputs"),
  /** Inputs and outputs of pointwise activations. */
  ACTIVATION("activation"),
  /** Gate, up and product of gated units. */
  GATE("gated unit"),
  /** Routing of tokens to experts, and copies of tokens for them. */
  ROUTING("routing"),
  /** Masks of dropout, one byte an element. */
  DROPOUT("dropout masks"),
  /** Inputs of checkpointed layers. */
  CHECKPOINT("checkpoints"),
  /** Masks, sines and cosines that checkpointed layers hold to be computed again. */
  SHARED("shared by layers"),
  /** Inputs of the Linears above the last layer. */
  HEAD("head"),
  /** Log-probabilities; of a fused loss the gradients that it keeps. */
  LOSS("loss"),
  /** 16-bit copies of weights, which autocast makes and keeps. */
  WEIGHT_COPIES("weight copies");

  private final String label;

  Kind(String label) {
    this.label = label;
  }

  /**
   * The name in tables and in JSON.
   *
   * @return such as {@code MLP inputs}
   */
  public String label() {
    return label;
  }
}
