package invact.activation.internal.expression;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * A part of an expression. Two arithmetics run over the same tree and the same operations of {@link
 * Jet}: derivatives by x, and derivatives by the parameters.
 */
sealed interface Node {
  /**
   * Computes the value and the first two derivatives; the expression has no parameters.
   *
   * @param x the input with its own derivatives
   */
  Jet jet(Jet x);

  /**
   * The value and the derivatives by the parameters.
   *
   * @param variables x, then the parameters
   */
  Gradient gradient(Gradient[] variables);

  /** A number. */
  record Constant(Jet value, Gradient gradient) implements Node {
    Constant(double value) {
      this(Jet.constant(value), Gradient.constant(value));
    }

    @Override
    public Jet jet(Jet x) {
      return value;
    }

    @Override
    public Gradient gradient(Gradient[] variables) {
      return gradient;
    }
  }

  /**
   * x or a parameter.
   *
   * @param index 0 for x, from 1 on the parameters
   */
  record Variable(int index) implements Node {
    @Override
    public Jet jet(Jet x) {
      if (index != 0) {
        throw new IllegalStateException("an expression with parameters is no function of x alone");
      }
      return x;
    }

    @Override
    public Gradient gradient(Gradient[] variables) {
      return variables[index];
    }
  }

  /** An operation on one operand. */
  record Unary(UnaryOperator<Jet> operation, Node a) implements Node {
    @Override
    public Jet jet(Jet x) {
      return operation.apply(a.jet(x));
    }

    @Override
    public Gradient gradient(Gradient[] variables) {
      Gradient g = a.gradient(variables);
      return g.through(operation.apply(g.seed()));
    }
  }

  /** An operation on two operands. */
  record Binary(BinaryOperator<Jet> operation, Node a, Node b) implements Node {
    @Override
    public Jet jet(Jet x) {
      return operation.apply(a.jet(x), b.jet(x));
    }

    @Override
    public Gradient gradient(Gradient[] variables) {
      Gradient g = a.gradient(variables);
      Gradient h = b.gradient(variables);
      if (h.isConstant()) {
        return g.through(operation.apply(g.seed(), Jet.constant(h.value())));
      }
      Gradient byB = h.through(operation.apply(Jet.constant(g.value()), h.seed()));
      return g.isConstant()
          ? byB
          : byB.plus(g.through(operation.apply(g.seed(), Jet.constant(h.value()))));
    }
  }
}
