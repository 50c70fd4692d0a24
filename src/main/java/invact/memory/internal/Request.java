package invact.memory.internal;

/**
 * What is trained, and how much at a time.
 *
 * @param batch sequences, pictures or sounds
 * @param tokens tokens of a sequence; of no meaning for pictures and sounds
 * @param precision dtypes
 * @param fusedLoss whether the last Linear and the cross entropy are one, without logits
 * @param eager whether attention is matrix products and a softmax, and not one kernel
 */
public record Request(
    long batch, long tokens, Precision precision, boolean fusedLoss, boolean eager) {
  Request withBatch(long other) {
    return new Request(other, tokens, precision, fusedLoss, eager);
  }

  Request withTokens(long other) {
    return new Request(batch, other, precision, fusedLoss, eager);
  }
}
