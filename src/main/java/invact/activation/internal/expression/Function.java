package invact.activation.internal.expression;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** The functions that an {@link Expression} may call: the one table of the language. */
enum Function {
  ABS(Jet::abs),
  ATAN(Jet::atan),
  COS(Jet::cos),
  COSH(Jet::cosh),
  ERF(Jet::erf),
  EXP(Jet::exp),
  EXPM1(Jet::expm1),
  LOG(Jet::log),
  LOG1P(Jet::log1p),
  NORMCDF(Jet::normalCumulative),
  SIGMOID(Jet::sigmoid),
  SIN(Jet::sin),
  SINH(Jet::sinh),
  SOFTPLUS(Jet::softplus),
  SQRT(Jet::sqrt),
  TANH(Jet::tanh),
  MAX(Jet::max),
  MIN(Jet::min);

  private final UnaryOperator<Jet> unary;
  private final BinaryOperator<Jet> binary;

  Function(UnaryOperator<Jet> operation) {
    this.unary = operation;
    this.binary = null;
  }

  Function(BinaryOperator<Jet> operation) {
    this.unary = null;
    this.binary = operation;
  }

  /** The function of a name; nothing if there is none. */
  static Optional<Function> of(String name) {
    return Arrays.stream(values()).filter(function -> function.label().equals(name)).findFirst();
  }

  /** The name in expressions. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number of arguments. */
  int arity() {
    return unary == null ? 2 : 1;
  }

  /** The call, as many arguments given as {@link #arity} says. */
  Node call(List<Node> arguments) {
    return unary == null
        ? new Node.Binary(binary, arguments.get(0), arguments.get(1))
        : new Node.Unary(unary, arguments.get(0));
  }
}
