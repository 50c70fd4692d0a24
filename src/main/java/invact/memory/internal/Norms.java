package invact.memory.internal;

import invact.memory.internal.Tape.Convertible;
import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Step;
import invact.memory.internal.Tape.Tensor;

/**
 * Norms: what autograd saves in each.
 *
 * <table>
 * <caption>Bytes an element of an input in 16 bits, in fp32, and bytes a row</caption>
 * <tr><th>norm</th><th>16 bits</th><th>fp32</th><th>row</th></tr>
 * <tr><td>LayerNorm</td><td>x: 2; 4 under autocast, which widens x</td><td>x: 4</td><td>mean and
 * 1/σ: 8</td></tr>
 * <tr><td>Llama's RMSNorm</td><td>x in fp32 and x̂ in 16 bits: 6</td><td>x and x̂: 8</td><td>1/rms:
 * 4</td></tr>
 * <tr><td>OLMo 2's and Gemma's RMSNorm</td><td>x and x̂ in fp32: 8</td><td>8</td><td>4</td></tr>
 * <tr><td>converted</td><td>y: 2, the next Linear's input</td><td>y: 4; under autocast 2, y or x̂ in
 * 16 bits</td><td>4</td></tr>
 * </table>
 *
 * <p>Written as x.float(), ·rsqrt(mean(x²) + ε), ·w, an RMSNorm saves x for x² and for the product,
 * 1/rms for the product, and x̂ for the product with w. An fp32 x is the storage that came in.
 */
final class Norms {
  /** How an RMSNorm rounds. */
  enum Variant {
    /** x̂ is rounded before the product with w. */
    LLAMA,
    /** The product of fp32 x̂ with w is rounded. */
    OLMO,
    /** The same with 1 + w, a tensor of its own that is saved. */
    GEMMA
  }

  private static final int STATISTIC = 4;
  private static final int FP32 = 4;

  private final Tape tape;
  private final Precision precision;

  Norms(Tape tape) {
    this.tape = tape;
    precision = tape.precision;
  }

  /** PyTorch's LayerNorm with weight and bias. */
  Tensor layer(String name, Tensor x, long width) {
    int bytes = precision.autocast() ? FP32 : x.bytes;
    long rows = x.elements / width;
    if (tape.plan.convertsNorm(name)) {
      return converted(name, x, width, bytes, 2);
    }
    Tensor given = bytes == x.bytes ? x : tape.make(x.elements, bytes);
    Tensor y = tape.make(x.elements, bytes);
    step(x, y, width, 2)
        .savesFor(
            name, Kind.NORM, given, tape.constant(rows, STATISTIC), tape.constant(rows, STATISTIC))
        .workspace(given == x ? 0 : given.size());
    tape.module(Convertible.NORM, name, y);
    return y;
  }

  /** An RMSNorm of transformers, over rows of a width. */
  Tensor rms(String name, Variant variant, Tensor x, long width) {
    int bytes = variant == Variant.LLAMA ? Math.max(x.bytes, precision.parameterBytes()) : x.bytes;
    long rows = x.elements / width;
    if (tape.plan.convertsNorm(name)) {
      return converted(name, x, width, bytes, 1);
    }
    Tensor wide = x.bytes == FP32 ? x : tape.make(x.elements, FP32);
    Tensor normalized = tape.make(x.elements, variant == Variant.LLAMA ? x.bytes : FP32);
    Tensor y = tape.make(x.elements, bytes);
    // The chain of fp32 operations has up to three gradients of that size at a time.
    Step step =
        step(x, y, width, 1)
            .savesFor(name, Kind.NORM, wide, tape.constant(rows, STATISTIC), normalized)
            .workspace(2 * FP32 * x.elements);
    if (variant == Variant.GEMMA) {
      step.savesFor(name, Kind.NORM, tape.constant(width, FP32));
    }
    tape.module(Convertible.NORM, name, y);
    return y;
  }

  /**
   * A norm that keeps its output and a number a row. Under autocast y is 16 bits if matrix products
   * alone read it; otherwise y stays what it is and x̂ is kept in 16 bits beside an fp32 y.
   */
  private Tensor converted(String name, Tensor x, long width, int bytes, int vectors) {
    boolean rounded = precision.autocast() && tape.plan.readByProducts().contains(name);
    Tensor y = tape.make(x.elements, rounded ? precision.computeBytes() : bytes);
    Tensor kept =
        precision.autocast() && y.bytes == FP32
            ? tape.constant(x.elements, precision.computeBytes())
            : y;
    step(x, y, width, vectors)
        .savesFor(name, Kind.NORM, kept, tape.constant(x.elements / width, STATISTIC));
    tape.module(Convertible.NORM, name, y);
    return y;
  }

  private Step step(Tensor x, Tensor y, long width, int vectors) {
    Step step = tape.step().reads(Role.OTHER, x).writes(y);
    for (int i = 0; i < vectors; i++) {
      step.trains(tape.weight(width));
    }
    return step;
  }
}
