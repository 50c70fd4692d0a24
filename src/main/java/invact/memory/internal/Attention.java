package invact.memory.internal;

import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Step;
import invact.memory.internal.Tape.Tensor;

/**
 * Attention: what autograd saves on a card with transformers' choice of kernels.
 *
 * <p>S tokens, H heads and G groups of keys and values, D wide, c bytes an element; by sequence:
 *
 * <table>
 * <caption>Bytes, inputs of Linears apart</caption>
 * <tr><th></th><th>saved</th></tr>
 * <tr><td>one kernel (sdpa)</td><td>q and output c·S·H·D, k and v c·S·G·D, or c·S·H·D where a mask is
 * given, for which transformers repeats them; log-sum-exp 4·S·H; two numbers for dropout</td></tr>
 * <tr><td>with a mask</td><td>c·S², anew in each layer: PyTorch makes numbers of the yes and
 * no</td></tr>
 * <tr><td>fp32, G &lt; H, no mask</td><td>no kernel takes it: as eager</td></tr>
 * <tr><td>eager</td><td>q, k, v c·S·H·D each, copied for the batched product; softmax S²·H in c or
 * fp32 and, where it is rounded or dropped, its copy; mask of dropout S²·H</td></tr>
 * </table>
 *
 * <p>The kernel's output is the next Linear's input, without a copy; the eager product's is copied.
 */
final class Attention {
  private static final int FP32 = 4;

  /** The fp32 kernel's log-sum-exp has rows of a multiple of this. */
  private static final int STATISTIC_ALIGNMENT = 32;

  /** The fp32 kernel's mask has rows of a multiple of this. */
  private static final int MASK_ALIGNMENT = 8;

  /** Widest head for which transformers lets the kernel repeat keys and values. */
  private static final int WIDEST_GROUPED = 256;

  /**
   * Shape and settings.
   *
   * @param batch sequences
   * @param tokens tokens in a sequence
   * @param heads heads of queries
   * @param groups heads of keys and values
   * @param width of a head
   * @param dropout probability of dropping
   * @param masked whether a mask is given, not only "causal" or nothing
   * @param softmax32 whether eager attention asks for a softmax in fp32
   * @param softcap whether eager attention caps scores by tanh
   * @param caches whether keys and values go through a cache, which copies them
   * @param headsFirst whether q is dense with heads before tokens; a 16-bit kernel's output is then
   *     too, and is copied for the Linear
   */
  record Shape(
      long batch,
      long tokens,
      long heads,
      long groups,
      long width,
      double dropout,
      boolean masked,
      boolean softmax32,
      boolean softcap,
      boolean caches,
      boolean headsFirst) {
    long elements(long count) {
      return batch * tokens * count * width;
    }

    long scores() {
      return batch * heads * tokens * tokens;
    }
  }

  private final Tape tape;
  private final Precision precision;

  Attention(Tape tape) {
    this.tape = tape;
    precision = tape.precision;
  }

  /** softmax(q·kᵀ)·v, ready for the Linear that follows. */
  Tensor run(Shape shape, Tensor q, Tensor keys, Tensor values) {
    Tensor k = shape.caches ? copy(keys, keys.elements, keys.bytes) : keys;
    Tensor v = shape.caches ? copy(values, values.elements, values.bytes) : values;
    boolean grouped = shape.groups < shape.heads;
    if (tape.plan.eager()) {
      return products(shape, q, repeated(shape, k), repeated(shape, v), shape.softmax32);
    }
    boolean byKernel = grouped && !shape.masked && shape.width <= WIDEST_GROUPED;
    if (byKernel && precision.computeBytes() == FP32) {
      Tensor scaledQ = copy(q, shape.elements(shape.heads), q.bytes);
      Tensor scaledK = copy(k, shape.elements(shape.heads), k.bytes);
      Tensor repeatedV = copy(v, shape.elements(shape.heads), v.bytes);
      return products(shape, scaledQ, scaledK, repeatedV, false);
    }
    if (byKernel) {
      return kernel(shape, q, k, v);
    }
    return kernel(shape, q, repeated(shape, k), repeated(shape, v));
  }

  /** Keys or values once for each head of queries: a view where there is one group, else a copy. */
  private Tensor repeated(Shape shape, Tensor x) {
    if (shape.groups == shape.heads || shape.groups == 1) {
      return x;
    }
    return copy(x, shape.elements(shape.heads), x.bytes);
  }

  private Tensor copy(Tensor x, long elements, int bytes) {
    Tensor y = tape.make(elements, bytes);
    tape.step().reads(Role.OTHER, x).writes(y);
    return y;
  }

  /** Rounded as autocast does; an expanded view becomes a dense tensor then. */
  private Tensor rounded(Tensor x, long elements) {
    return x.bytes == precision.computeBytes() ? x : copy(x, elements, precision.computeBytes());
  }

  private Tensor kernel(Shape shape, Tensor q, Tensor k, Tensor v) {
    int compute = precision.computeBytes();
    boolean full = shape.masked || shape.groups == shape.heads;
    long many = shape.elements(full ? shape.heads : shape.groups);
    Tensor q16 = rounded(q, shape.elements(shape.heads));
    Tensor k16 = rounded(k, many);
    Tensor v16 = rounded(v, many);
    Tensor out = tape.make(shape.elements(shape.heads), compute);
    Step step = tape.step().reads(Role.OTHER, q16, k16, v16).writes(out);
    boolean wide = compute == FP32;
    long rows = wide ? aligned(shape.tokens, STATISTIC_ALIGNMENT) : shape.tokens;
    step.saves(Kind.ATTENTION, q16, k16, v16, out)
        .saves(Kind.ATTENTION, tape.constant(shape.batch * shape.heads * rows, FP32))
        .saves(Kind.ATTENTION, tape.constant(1, Layers.INTEGER), tape.constant(1, Layers.INTEGER))
        .workspace(FP32 * out.elements);
    if (shape.masked) {
      long row = wide ? aligned(shape.tokens, MASK_ALIGNMENT) : shape.tokens;
      step.saves(Kind.ATTENTION, tape.constant(shape.batch * shape.tokens * row, compute));
    }
    return shape.headsFirst && !wide ? copy(out, out.elements, compute) : out;
  }

  /** Two batched products with a softmax between. */
  private Tensor products(Shape shape, Tensor q, Tensor k, Tensor v, boolean softmax32) {
    int compute = precision.computeBytes();
    long elements = shape.elements(shape.heads);
    Tensor q16 = batched(shape, rounded(q, elements));
    Tensor k16 = batched(shape, rounded(k, elements));
    Tensor v16 = batched(shape, rounded(v, elements));
    Tensor scores = tape.make(shape.scores(), compute);
    tape.step().reads(Role.OTHER, q16, k16).writes(scores).saves(Kind.ATTENTION, q16, k16);
    if (tape.plan.eager() && shape.softcap) {
      Tensor capped = tape.make(scores.elements, compute);
      tape.step().reads(Role.OTHER, scores).writes(capped).saves(Kind.ATTENTION, capped);
      scores = capped;
    }
    boolean wide = softmax32 || precision.autocast();
    Tensor weights = tape.make(shape.scores(), wide ? FP32 : compute);
    tape.step().reads(Role.OTHER, scores).writes(weights).saves(Kind.ATTENTION, weights);
    Tensor used = rounded(weights, shape.scores());
    if (shape.dropout > 0) {
      Tensor dropped = tape.make(shape.scores(), compute);
      tape.step()
          .reads(Role.DROPOUT, used)
          .writes(dropped)
          .saves(Kind.ATTENTION, tape.constant(shape.scores(), 1));
      used = dropped;
    }
    Tensor out = tape.make(elements, compute);
    tape.step().reads(Role.OTHER, used, v16).writes(out).saves(Kind.ATTENTION, used, v16);
    return copy(out, elements, compute);
  }

  /** For a batched product heads are put before tokens: a copy, unless there is one sequence. */
  private Tensor batched(Shape shape, Tensor x) {
    return shape.batch == 1 ? x : copy(x, shape.elements(shape.heads), x.bytes);
  }

  private static long aligned(long count, int multiple) {
    return (count + multiple - 1) / multiple * multiple;
  }
}
