package invact.activation.internal.expression;

import java.util.Arrays;
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

  private interface Operation {
    Jet apply(Jet... arguments);
  }

  private final int arity;
  private final Operation operation;

  Function(UnaryOperator<Jet> operation) {
    this.arity = 1;
    this.operation = arguments -> operation.apply(arguments[0]);
  }

  Function(BinaryOperator<Jet> operation) {
    this.arity = 2;
    this.operation = arguments -> operation.apply(arguments[0], arguments[1]);
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
    return arity;
  }

  /** The value, as many arguments given as {@link #arity} says. */
  Jet apply(Jet... arguments) {
    return operation.apply(arguments);
  }
}
