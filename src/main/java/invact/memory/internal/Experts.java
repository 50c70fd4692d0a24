package invact.memory.internal;

import invact.memory.internal.Tape.Convertible;
import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Step;
import invact.memory.internal.Tape.Tensor;

/**
 * Experts of transformers 5, one module with 3-D weights and grouped products: what autograd saves.
 *
 * <p>T tokens, each for k experts of E: N = k·T pairs. c bytes an element: those of the parameters,
 * as autocast leaves grouped products alone.
 *
 * <table>
 * <caption>Bytes</caption>
 * <tr><th>what</th><th>saved</th></tr>
 * <tr><td>router</td><td>its input; softmax 4·T·E; numbers of the experts 8·T·k; where weights are
 * normalized, they and their sum 4·T·(k + 1)</td></tr>
 * <tr><td>pairs</td><td>three orders 8·N each; weights 4·N or c·N; a mask N; group ends 4·E</td></tr>
 * <tr><td>experts</td><td>a token for each pair c·N·d, both halves of gate_up 2·c·N·f, f(a) and the
 * product c·N·f each, the output c·N·d</td></tr>
 * </table>
 */
final class Experts {
  private static final int FP32 = 4;

  /**
   * Shape of one block of experts.
   *
   * @param count experts
   * @param chosen experts of a token
   * @param width of a token
   * @param inner width inside an expert
   * @param normalized whether the weights of a token's experts are made to sum to one
   * @param roundsWeights whether weights get the router's dtype and do not stay fp32
   */
  record Shape(
      long count, long chosen, long width, long inner, boolean normalized, boolean roundsWeights) {}

  private final Tape tape;
  private final Precision precision;
  private final Layers layers;
  private final Mlps mlps;

  Experts(Tape tape) {
    this.tape = tape;
    precision = tape.precision;
    layers = new Layers(tape);
    mlps = new Mlps(tape);
  }

  /** Routes every token, and sums what its experts give. */
  Tensor run(String name, Shape shape, Pointwise function, Tensor x) {
    long tokens = x.elements / shape.width;
    long pairs = tokens * shape.chosen;
    Tensor weights = route(shape, x, tokens);
    int bytes = precision.parameterBytes();
    Tensor given = tape.make(pairs * shape.width, Math.max(x.bytes, bytes));
    tape.step()
        .reads(Role.OTHER, x)
        .writes(given)
        .saves(Kind.ROUTING, tape.constant(pairs, Layers.INTEGER));
    Tensor both = tape.make(pairs * 2 * shape.inner, bytes);
    tape.step()
        .reads(Role.OTHER, given)
        .writes(both)
        .saves(Kind.ROUTING, given, tape.constant(shape.count, FP32))
        .trains(tape.weight(shape.count * shape.width * 2 * shape.inner));
    Tensor p = mlps.halves(function, both);
    tape.module(Convertible.EXPERTS, name, p);
    Tensor out = tape.make(pairs * shape.width, bytes);
    tape.step()
        .reads(Role.OTHER, p)
        .writes(out)
        .saves(Kind.GATE, p)
        .trains(tape.weight(shape.count * shape.width * shape.inner));
    Tensor weighted = tape.make(out.elements, Math.max(out.bytes, weights.bytes));
    tape.step()
        .reads(Role.OTHER, out, weights)
        .writes(weighted)
        .saves(Kind.ROUTING, out, weights, tape.constant(pairs, 1));
    Tensor y = tape.make(x.elements, x.bytes);
    tape.step()
        .reads(Role.OTHER, weighted)
        .writes(y)
        .saves(Kind.ROUTING, tape.constant(pairs, Layers.INTEGER));
    return y;
  }

  /** The weight of each pair, in the order of experts. */
  private Tensor route(Shape shape, Tensor x, long tokens) {
    long pairs = tokens * shape.chosen;
    Tensor logits = layers.linear(Kind.ROUTING, x, shape.width, shape.count, false);
    Tensor probabilities = tape.make(tokens * shape.count, FP32);
    tape.step().reads(Role.OTHER, logits).writes(probabilities).saves(Kind.ROUTING, probabilities);
    Tensor top = tape.make(pairs, FP32);
    Step step =
        tape.step()
            .reads(Role.OTHER, probabilities)
            .writes(top)
            .saves(Kind.ROUTING, tape.constant(pairs, Layers.INTEGER));
    if (shape.normalized) {
      step.saves(Kind.ROUTING, tape.constant(pairs, FP32), tape.constant(tokens, FP32));
    }
    Tensor weights = tape.make(pairs, shape.roundsWeights ? precision.computeBytes() : FP32);
    tape.step()
        .reads(Role.OTHER, top)
        .writes(weights)
        .saves(Kind.ROUTING, tape.constant(pairs, Layers.INTEGER));
    return weights;
  }
}
