package invact.memory.internal;

/** A model of transformers with its head: what it computes in a training step. */
interface Model {
  /** The class of transformers that it stands for, such as {@code LlamaForCausalLM}. */
  String name();

  /** Whether its inputs are sequences whose length may be chosen. */
  boolean hasSequences();

  /** The tokens that its positions are made for; of pictures and sounds those that they make. */
  long mostTokens();

  /** Whether longer sequences are impossible, as positions are rows of a table. */
  default boolean hasTableOfPositions() {
    return true;
  }

  /** Whether its loss is a cross entropy over a vocabulary, which can be fused. */
  boolean hasVocabulary();

  /** What a reader should know about the prediction, or an empty text. */
  default String note() {
    return "";
  }

  /**
   * Writes the forward pass.
   *
   * @param tape what it is written on
   * @param batch sequences, pictures or sounds
   * @param tokens tokens of a sequence; pictures and sounds have their own number
   */
  void run(Tape tape, long batch, long tokens);
}
