package invact.memory.internal;

import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Step;
import invact.memory.internal.Tape.Tensor;
import invact.memory.internal.Tape.Weight;

/**
 * Linears, embeddings, dropout and sums: what autograd saves in each.
 *
 * <table>
 * <caption>Bytes an element, c those of the compute dtype</caption>
 * <tr><th>step</th><th>saved</th><th>because</th></tr>
 * <tr><td>Linear</td><td>input: c, the storage shared with whoever saves it too; under autocast a
 * copy of its own where the input is fp32, and c a weight</td><td>dW = dyᵀ·x, dx = dy·W</td></tr>
 * <tr><td>embedding</td><td>8 a token</td><td>rows of dW</td></tr>
 * <tr><td>dropout, p &gt; 0</td><td>1</td><td>dx = dy·mask/(1 − p)</td></tr>
 * <tr><td>sum</td><td>0</td><td>dx = dy</td></tr>
 * </table>
 */
final class Layers {
  static final int INTEGER = 8;

  private final Tape tape;
  private final Precision precision;

  Layers(Tape tape) {
    this.tape = tape;
    precision = tape.precision;
  }

  /**
   * x·Wᵀ + b. Autocast rounds an fp32 input and the weight; the copy of an input is made anew for
   * each Linear, that of a weight once, and both are saved. The weight is needed for dx alone.
   */
  Tensor linear(Kind kind, Tensor x, long in, long out, Weight... weights) {
    int compute = precision.computeBytes();
    Tensor given = x;
    long workspace = 0;
    if (precision.autocast() && x.bytes != compute) {
      given = tape.make(x.elements, compute);
      workspace = given.size();
    }
    Tensor y = tape.make(x.elements / in * out, compute);
    Step step =
        tape.step()
            .reads(Role.PRODUCT, x)
            .writes(y)
            .saves(kind, given)
            .trains(weights)
            .workspace(workspace);
    saveCopyOfWeight(step, x, weights[0]);
    return y;
  }

  /** A Linear with weights of its own. */
  Tensor linear(Kind kind, Tensor x, long in, long out, boolean bias) {
    Weight weight = tape.weight(in * out);
    return bias
        ? linear(kind, x, in, out, weight, tape.weight(out))
        : linear(kind, x, in, out, weight);
  }

  private void saveCopyOfWeight(Step step, Tensor x, Weight weight) {
    if (precision.autocast()) {
      long copy = weight.elements() * precision.computeBytes();
      step.workspace(copy);
      if (x.trained) {
        step.saves(Kind.WEIGHT_COPIES, tape.constant(weight.elements(), precision.computeBytes()));
      }
    }
  }

  /**
   * Patches of a picture or sound: a convolution, which saves its input and, whether the input
   * needs a gradient or not, its weight; under autocast 16-bit copies of both.
   */
  Tensor patches(Tensor x, long outputs, long kernel, long width, boolean bias) {
    int compute = precision.computeBytes();
    Tensor given =
        precision.autocast() && x.bytes != compute ? tape.constant(x.elements, compute) : x;
    Tensor y = tape.make(outputs * width, compute);
    Weight weight = tape.weight(kernel * width);
    Step step =
        tape.step()
            .reads(Role.PRODUCT, x)
            .writes(y)
            .saves(given == x ? Kind.BATCH : Kind.EMBEDDING, given)
            .trains(weight);
    if (bias) {
      step.trains(tape.weight(width));
    }
    if (precision.autocast()) {
      step.saves(Kind.WEIGHT_COPIES, tape.constant(weight.elements(), compute));
      step.workspace(weight.elements() * compute);
    }
    return y;
  }

  /** Rows of a table, which has the parameters' dtype; the numbers of the rows are saved. */
  Tensor embedding(Kind kind, Tensor numbers, long width, Weight table) {
    Tensor y = tape.make(numbers.elements * width, precision.parameterBytes());
    tape.step().reads(Role.OTHER, numbers).writes(y).saves(kind, numbers).trains(table);
    return y;
  }

  /** x multiplied by a mask of one byte an element; nothing where p is 0. */
  Tensor dropout(Tensor x, double p) {
    if (p == 0) {
      return x;
    }
    Tensor y = tape.make(x.elements, x.bytes);
    tape.step().reads(Role.DROPOUT, x).writes(y).saves(Kind.DROPOUT, tape.constant(x.elements, 1));
    return y;
  }

  /** x + y in the wider dtype; gradients pass. */
  Tensor add(Tensor x, Tensor y) {
    Tensor sum = tape.make(Math.max(x.elements, y.elements), Math.max(x.bytes, y.bytes));
    tape.step().reads(Role.OTHER, x, y).writes(sum).passesGradient();
    return sum;
  }

  /** A parameter added to every row, such as the positions of a picture's patches. */
  Tensor addParameter(Tensor x, long elements) {
    Tensor sum = tape.make(x.elements, Math.max(x.bytes, precision.parameterBytes()));
    tape.step().reads(Role.OTHER, x).writes(sum).passesGradient().trains(tape.weight(elements));
    return sum;
  }

  /** Tokens put before the others of each sequence: parameters, copied. */
  Tensor prepend(Tensor x, long count, long batch, long width) {
    Tensor y =
        tape.make(
            x.elements + batch * count * width, Math.max(x.bytes, precision.parameterBytes()));
    tape.step().reads(Role.OTHER, x).writes(y).trains(tape.weight(count * width));
    return y;
  }

  /** One function of each element that saves one tensor of its size, in or out. */
  Tensor pointwise(Kind kind, Tensor x) {
    Tensor y = tape.make(x.elements, x.bytes);
    tape.step().reads(Role.OTHER, x).writes(y).saves(kind, y);
    return y;
  }
}
