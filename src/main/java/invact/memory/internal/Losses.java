package invact.memory.internal;

import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Step;
import invact.memory.internal.Tape.Tensor;
import invact.memory.internal.Tape.Weight;

/**
 * Cross entropy: what autograd saves.
 *
 * <table>
 * <caption>Bytes a token and a word of the vocabulary, c those of the compute dtype</caption>
 * <tr><th></th><th>saved</th></tr>
 * <tr><td>logits widened to fp32 (causal models)</td><td>log-probabilities: 4</td></tr>
 * <tr><td>logits as they are</td><td>log-probabilities: c; under autocast c for log-softmax and 4 for
 * the loss, which widens them</td></tr>
 * <tr><td>fused with the last Linear (Liger)</td><td>nothing; gradients of the Linear's input and
 * weight instead</td></tr>
 * </table>
 */
final class Losses {
  private static final int FP32 = 4;

  private final Tape tape;
  private final Precision precision;

  Losses(Tape tape) {
    this.tape = tape;
    precision = tape.precision;
  }

  /**
   * Cross entropy of rows of logits; labels are saved, a shifted copy of them for causal models.
   */
  void crossEntropy(Tensor logits, long words, boolean causal, Tensor labels) {
    tape.at("loss");
    Tensor given = logits;
    if (causal && logits.bytes != FP32) {
      given = tape.make(logits.elements, FP32);
      tape.step().reads(Role.OTHER, logits).writes(given);
    }
    Tensor probabilities = tape.make(given.elements, given.bytes);
    tape.step().reads(Role.OTHER, given).writes(probabilities).saves(Kind.LOSS, probabilities);
    Tensor used = probabilities;
    if (precision.autocast() && probabilities.bytes != FP32) {
      used = tape.make(probabilities.elements, FP32);
      tape.step().reads(Role.OTHER, probabilities).writes(used);
    }
    Tensor loss = tape.make(1, FP32);
    Step step = tape.step().reads(Role.OTHER, used).writes(loss).saves(Kind.LOSS, used);
    if (causal) {
      step.saves(Kind.LOSS, tape.constant(logits.elements / words, Layers.INTEGER));
    } else {
      step.saves(Kind.BATCH, labels);
    }
  }

  /**
   * Last Linear and cross entropy in one, as Liger does: the forward pass goes over chunks of rows,
   * computes the gradients of x and of the weight, and keeps these.
   */
  void fused(Tensor x, long width, long words, Weight... weights) {
    tape.at("loss");
    long rows = x.elements / width;
    long parts = Long.highestOneBit(Math.max(1, 2 * ((words + width - 1) / width) - 1));
    long chunk = Math.max(1, (rows + parts - 1) / parts);
    Tensor loss = tape.make(1, FP32);
    Step step =
        tape.step()
            .reads(Role.OTHER, x)
            .writes(loss)
            .saves(Kind.LOSS, tape.constant(x.elements, x.bytes))
            .trains(weights)
            .workspace(chunk * words * (precision.computeBytes() + FP32));
    for (Weight weight : weights) {
      step.saves(Kind.LOSS, tape.constant(weight.elements(), precision.parameterBytes()));
    }
  }
}
