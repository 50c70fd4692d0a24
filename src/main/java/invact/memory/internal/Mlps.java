package invact.memory.internal;

import invact.memory.internal.Tape.Convertible;
import invact.memory.internal.Tape.Role;
import invact.memory.internal.Tape.Step;
import invact.memory.internal.Tape.Tensor;
import invact.numeric.Dtype;

/**
 * Activations and MLPs: what autograd saves in each.
 *
 * <table>
 * <caption>Bytes an element of the activation's output in 16 bits, the next Linear's input
 * included</caption>
 * <tr><th></th><th>native</th><th>inverted</th><th>recompute</th></tr>
 * <tr><td>activation of one kernel</td><td>x, y: 4</td><td>y, a bit: 2.125</td><td>x: 2</td></tr>
 * <tr><td>gelu_new</td><td>0.5·x, x, tanh, 1 + tanh, y: 10; under autocast three of them fp32:
 * 16</td><td>2.125</td><td>2</td></tr>
 * <tr><td>quick_gelu</td><td>x, σ, y: 6</td><td>2.125</td><td>2</td></tr>
 * <tr><td>gated unit</td><td>gate a, f(a), up b, product p: 8</td><td>a, p: 4; fp16 a, b, p:
 * 6</td><td>a, b: 4</td></tr>
 * <tr><td>gated unit, one gate_up tensor</td><td>both halves, f(a), p: 8</td><td>a, and p in the
 * place of b: 4; fp16 6</td><td>4</td></tr>
 * </table>
 */
final class Mlps {
  private final Tape tape;
  private final Precision precision;
  private final Layers layers;

  Mlps(Tape tape) {
    this.tape = tape;
    precision = tape.precision;
    layers = new Layers(tape);
  }

  /** An activation that is a module of its own, which can be converted. */
  Tensor activation(String name, Pointwise function, Tensor x) {
    Tensor y;
    if (tape.plan.convertsActivation(name)) {
      y = tape.make(x.elements, x.bytes);
      Step step = tape.step().reads(Role.OTHER, x).writes(y);
      if (tape.plan.mode() == Mode.RECOMPUTE) {
        y.free();
        step.savesFor(name, Kind.ACTIVATION, x);
      } else {
        step.savesFor(name, Kind.ACTIVATION, y, tape.constant((x.elements + 7) / 8, 1));
      }
    } else {
      y = nativeActivation(name, Kind.ACTIVATION, function, x);
    }
    tape.module(Convertible.ACTIVATION, name, y);
    return y;
  }

  /** An activation that is called as a function, which no conversion reaches. */
  Tensor function(String name, Pointwise function, Tensor x) {
    Tensor y = nativeActivation(null, Kind.ACTIVATION, function, x);
    tape.module(Convertible.FUNCTION, name, y);
    return y;
  }

  private Tensor nativeActivation(String name, Kind kind, Pointwise function, Tensor x) {
    boolean widens = function.savedWidened() > 0 && precision.autocast();
    int wide = widens ? 4 : x.bytes;
    Tensor y = tape.make(x.elements, wide);
    Step step = tape.step().reads(Role.OTHER, x).writes(y);
    for (int i = 0; i < function.savedInDtype(); i++) {
      boolean isInput = i == 0 && function.savedWidened() == 0;
      step.savesFor(name, kind, isInput ? x : tape.make(x.elements, x.bytes));
    }
    for (int i = 0; i < function.savedWidened(); i++) {
      boolean isInput = i == 0 && wide == x.bytes;
      step.savesFor(name, kind, isInput ? x : tape.make(x.elements, wide));
    }
    return y;
  }

  /** down(f(up(x))). */
  Tensor plain(String name, Pointwise function, Tensor x, long width, long inner, boolean bias) {
    Tensor h = layers.linear(Kind.MLP_INPUT, x, width, inner, bias);
    Tensor y = activation(name, function, h);
    return layers.linear(Kind.ACTIVATION, y, inner, width, bias);
  }

  /** down(f(gate(x))·up(x)) with two Linears for gate and up. */
  Tensor gated(String name, Pointwise function, Tensor x, long width, long inner, boolean bias) {
    Tensor a = layers.linear(Kind.MLP_INPUT, x, width, inner, bias);
    Tensor b = layers.linear(Kind.MLP_INPUT, x, width, inner, bias);
    Tensor p;
    if (tape.plan.convertsActivation(name)) {
      p = tape.make(a.elements, a.bytes);
      Step step = tape.step().reads(Role.OTHER, a, b).writes(p).savesFor(name, Kind.GATE, a);
      if (tape.plan.mode() == Mode.RECOMPUTE) {
        p.free();
        step.savesFor(name, Kind.GATE, b);
      } else {
        step.savesFor(name, Kind.GATE, keepsUp() ? new Tensor[] {b} : new Tensor[] {p});
      }
    } else {
      Tensor f = nativeActivation(null, Kind.GATE, function, a);
      p = product(f, b);
    }
    tape.module(Convertible.UNIT, name, p);
    return layers.linear(Kind.GATE, p, inner, width, bias);
  }

  /** The same with one Linear, whose output is cut in halves that share its storage. */
  Tensor fused(String name, Pointwise function, Tensor x, long width, long inner) {
    Tensor both = layers.linear(Kind.MLP_INPUT, x, width, 2 * inner, false);
    long elements = both.elements / 2;
    Tensor p;
    if (tape.plan.convertsActivation(name)) {
      boolean inPlace = tape.plan.mode() == Mode.INVERTED || tape.plan.mode() == Mode.NORMS;
      // In place p is the strided half of b in the storage of both.
      p = inPlace && !keepsUp() ? tape.alias(both, elements) : tape.make(elements, both.bytes);
      tape.step().reads(Role.OTHER, both).writes(p).savesFor(name, Kind.GATE, both);
      if (!inPlace) {
        p.free();
      }
    } else {
      p = halves(function, both);
    }
    tape.module(Convertible.UNIT, name, p);
    return layers.linear(Kind.GATE, p, inner, width, false);
  }

  /** f(a)·b of the halves of one tensor, of whose storage both views are saved. */
  Tensor halves(Pointwise function, Tensor both) {
    Tensor f = nativeActivation(null, Kind.GATE, function, both.view(both.elements / 2));
    return product(f, both.view(both.elements / 2));
  }

  /** x·y, for which both are saved. */
  private Tensor product(Tensor x, Tensor y) {
    Tensor p = tape.make(x.elements, Math.max(x.bytes, y.bytes));
    tape.step().reads(Role.OTHER, x, y).writes(p).saves(Kind.GATE, x, y);
    return p;
  }

  /** In fp16 b does not come back from p and f(a), which underflow. */
  private boolean keepsUp() {
    return precision.compute() == Dtype.FP16;
  }
}
