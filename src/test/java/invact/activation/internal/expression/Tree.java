package invact.activation.internal.expression;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.special.Erf;

/**
 * An expression that knows its text, its value with a bound of the value's error, and its
 * derivative as another expression: a second evaluator, which shares no code with {@link Jet}.
 */
sealed interface Tree {
  /** A value and a bound of its error. */
  record Bounded(double value, double error) {
    /** What a function with a slope makes of it, in 8 roundings. */
    Bounded through(double result, double slope) {
      return new Bounded(result, StrictMath.abs(slope) * error + rounding(result));
    }

    /** None where derivatives may overflow on the way, of which a formula makes NaN. */
    static double rounding(double value) {
      return StrictMath.abs(value) > 1e100
          ? Double.NaN
          : 0x1p-50 * StrictMath.abs(value) + 0x1p-1000;
    }
  }

  record Number(String text, double value) implements Tree {}

  record X() implements Tree {}

  /** An operator of two; {@code ?} is its first operand where it is positive, and else 0. */
  record Binary(char operator, Tree a, Tree b) implements Tree {}

  record Power(Tree base, Number exponent) implements Tree {}

  record Call(String function, Tree a) implements Tree {}

  List<String> FUNCTIONS =
      List.of(
          "abs",
          "atan",
          "cos",
          "cosh",
          "erf",
          "exp",
          "expm1",
          "log",
          "log1p",
          "normcdf",
          "sigmoid",
          "sin",
          "sinh",
          "softplus",
          "sqrt",
          "tanh");

  Number ONE = constant(1);

  static Number constant(double value) {
    return new Number(Double.toString(value), value);
  }

  static Tree random(SplittableRandom random, int depth) {
    if (depth == 0) {
      return random.nextInt(3) > 0 ? new X() : constant(random.nextInt(1, 40) / 8.0);
    }
    int kind = random.nextInt(14);
    if (kind < 8) {
      char operator = "+-*/+-*mM".charAt(random.nextInt(9));
      return new Binary(operator, random(random, depth - 1), random(random, random.nextInt(depth)));
    }
    if (kind == 8) {
      return new Power(random(random, depth - 1), constant(random.nextInt(-2, 5)));
    }
    String function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
    return new Call(function, random(random, depth - 1));
  }

  /**
   * With parentheses only where the grammar needs them; {@code level} 0 sum, 1 product, 2 power.
   */
  default String text(int level) {
    return switch (this) {
      case Number n -> n.text;
      case X _ -> "x";
      case Call call -> call.function + "(" + call.a.text(0) + ")";
      case Power p ->
          enclosed(
              p.base.text(3) + "^" + (p.exponent.value < 0 ? "" : "+") + p.exponent.text,
              level > 2);
      case Binary b when b.operator == 'm' -> "min(" + b.a.text(0) + ", " + b.b.text(0) + ")";
      case Binary b when b.operator == 'M' -> "max(" + b.a.text(0) + "," + b.b.text(0) + ")";
      case Binary b -> {
        int own = b.operator == '+' || b.operator == '-' ? 0 : 1;
        // Operators group to the left.
        yield enclosed(b.a.text(own) + " " + b.operator + b.b.text(own + 1), level > own);
      }
    };
  }

  private static String enclosed(String text, boolean isEnclosed) {
    return isEnclosed ? "(" + text + ")" : text;
  }

  default Bounded at(double x) {
    return switch (this) {
      case Number n -> new Bounded(n.value, 0);
      case X _ -> new Bounded(x, 0);
      case Call call -> call(call.function, call.a.at(x));
      case Power p -> {
        Bounded base = p.base.at(x);
        double n = p.exponent.value;
        yield n == 0
            ? new Bounded(1, 0 * base.error)
            : base.through(Math.pow(base.value, n), n * Math.pow(base.value, n - 1));
      }
      case Binary b -> binary(b.operator, b.a.at(x), b.b.at(x));
    };
  }

  private static Bounded binary(char operator, Bounded a, Bounded b) {
    double value =
        switch (operator) {
          case '+' -> a.value + b.value;
          case '-' -> a.value - b.value;
          case '*' -> a.value * b.value;
          case '/' -> a.value / b.value;
          case 'm' -> Math.min(a.value, b.value);
          case 'M' -> Math.max(a.value, b.value);
          case '?' -> Double.isNaN(a.value) ? Double.NaN : a.value > 0 ? b.value : 0;
          default -> throw new AssertionError(operator);
        };
    double error =
        switch (operator) {
          case '*' -> Math.abs(a.value) * b.error + (Math.abs(b.value) + b.error) * a.error;
          case '/' -> (a.error + Math.abs(value) * b.error) / (Math.abs(b.value) - b.error);
          // Which is the larger is not known where they are near.
          case 'm', 'M' ->
              Math.abs(a.value - b.value) <= a.error + b.error ? Double.NaN : a.error + b.error;
          case '?' -> Math.abs(a.value) <= a.error ? Double.NaN : b.error;
          default -> a.error + b.error;
        };
    // A divisor that may be 0 has no bound.
    return new Bounded(value, error < 0 ? Double.NaN : error + Bounded.rounding(value));
  }

  private static Bounded call(String function, Bounded a) {
    double v = a.value;
    double logistic = 1 / (1 + Math.exp(-v));
    return switch (function) {
      case "abs" -> Math.abs(v) <= a.error ? new Bounded(v, Double.NaN) : a.through(Math.abs(v), 1);
      case "atan" -> a.through(Math.atan(v), 1 / (1 + v * v));
      case "cos" -> a.through(Math.cos(v), 1);
      case "cosh" -> a.through(Math.cosh(v), Math.cosh(v));
      // Commons Math's is good to some 1e-15.
      case "erf" -> new Bounded(Erf.erf(v), 2 * a.error + 1e-14);
      case "exp" -> a.through(Math.exp(v), Math.exp(v));
      case "expm1" -> a.through(Math.expm1(v), Math.exp(v));
      case "log" -> a.through(Math.log(v), 1 / v);
      case "log1p" -> a.through(Math.log1p(v), 1 / (1 + v));
      case "normcdf" -> new Bounded(0.5 * Erf.erfc(-v / Math.sqrt(2)), a.error + 1e-14);
      case "sigmoid" -> a.through(logistic, logistic + 0x1p-50);
      case "sin" -> a.through(Math.sin(v), 1);
      case "sinh" -> a.through(Math.sinh(v), Math.cosh(v));
      case "softplus" -> a.through(Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))), logistic);
      case "sqrt" -> a.through(Math.sqrt(v), 0.5 / Math.sqrt(v));
      case "tanh" -> a.through(Math.tanh(v), 1);
      default -> throw new AssertionError(function);
    };
  }

  /** The derivative by the rules of the table of derivatives. */
  default Tree derivative() {
    return switch (this) {
      case Number _ -> constant(0);
      case X _ -> ONE;
      case Call call -> times(slope(call.function, call.a), call.a.derivative());
      case Power p -> {
        double n = p.exponent.value;
        yield times(
            times(constant(n), new Power(p.base, constant(n == 0 ? 0 : n - 1))),
            p.base.derivative());
      }
      case Binary b -> {
        Tree first = b.a.derivative();
        Tree second = b.b.derivative();
        yield switch (b.operator) {
          case '+', '-' -> new Binary(b.operator, first, second);
          case '*' -> new Binary('+', times(first, b.b), times(b.a, second));
          case '/' ->
              new Binary(
                  '/', new Binary('-', times(first, b.b), times(b.a, second)), times(b.b, b.b));
          case 'm' -> chosen(new Binary('-', b.b, b.a), first, second);
          case 'M' -> chosen(new Binary('-', b.a, b.b), first, second);
          default -> new Binary('?', b.a, second);
        };
      }
    };
  }

  /** One expression where a third is positive, else another. */
  private static Tree chosen(Tree condition, Tree yes, Tree no) {
    return new Binary(
        '+',
        new Binary('?', condition, yes),
        new Binary('?', new Binary('-', constant(0), condition), no));
  }

  private static Tree times(Tree a, Tree b) {
    return new Binary('*', a, b);
  }

  private static Tree slope(String function, Tree a) {
    Tree self = new Call(function, a);
    return switch (function) {
      case "abs" -> chosen(a, ONE, constant(-1));
      case "atan" -> new Binary('/', ONE, new Binary('+', ONE, times(a, a)));
      case "cos" -> times(constant(-1), new Call("sin", a));
      case "cosh" -> new Call("sinh", a);
      case "erf" ->
          times(
              constant(2 / Math.sqrt(Math.PI)), new Call("exp", times(constant(-1), times(a, a))));
      case "exp", "expm1" -> new Call("exp", a);
      case "log" -> new Binary('/', ONE, a);
      case "log1p" -> new Binary('/', ONE, new Binary('+', ONE, a));
      case "normcdf" ->
          times(
              constant(1 / Math.sqrt(2 * Math.PI)),
              new Call("exp", times(constant(-0.5), times(a, a))));
      case "sigmoid" -> times(self, new Binary('-', ONE, self));
      case "sin" -> new Call("cos", a);
      case "sinh" -> new Call("cosh", a);
      case "softplus" -> new Call("sigmoid", a);
      case "sqrt" -> new Binary('/', constant(0.5), self);
      case "tanh" -> new Binary('-', ONE, times(self, self));
      default -> throw new AssertionError(function);
    };
  }
}
