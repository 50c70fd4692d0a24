package invact.activation.internal.expression;

import invact.internal.io.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A function of x written as text, such as {@code x*tanh(log(1+exp(x)))}.
 *
 * <pre>
 * sum     = product { ("+" | "-") product }
 * product = sign { ("*" | "/") sign }
 * sign    = ("+" | "-") sign | power
 * power   = atom [ "^" sign ]                         -x^2 is -(x^2), 2^3^2 is 2^(3^2)
 * atom    = number | "x" | "pi" | "e" | "(" sum ")" | function "(" sum { "," sum } ")"
 * </pre>
 *
 * <p>The functions are those of {@link Function}; {@link Jet} computes them.
 */
public final class Expression {
  private static final int MAX_LENGTH = 1000;

  /** How much of a text a message quotes. */
  private static final int EXCERPT = 100;

  private final String text;
  private final UnaryOperator<Jet> function;

  private Expression(String text, UnaryOperator<Jet> function) {
    this.text = text;
    this.function = function;
  }

  /**
   * The expression of a text.
   *
   * @param text the text, of at most 1000 characters
   * @return the expression
   * @throws IllegalArgumentException with one line that says what is wrong, and at which character
   */
  public static Expression parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "expression has " + text.length() + " characters, more than " + MAX_LENGTH);
    }
    return new Expression(text, new Parser(text).whole());
  }

  /**
   * The text as it was given.
   *
   * @return the text
   */
  public String text() {
    return text;
  }

  /**
   * The function and its first two derivatives.
   *
   * @param x where, as a function of something
   * @return the value of the expression
   */
  public Jet apply(Jet x) {
    return function.apply(x);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Expression expression && expression.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /** Recursive descent; no deeper than the text is long. */
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    UnaryOperator<Jet> whole() {
      UnaryOperator<Jet> whole = sum();
      next();
      if (at < text.length()) {
        throw misplaced("an operator");
      }
      return whole;
    }

    private UnaryOperator<Jet> sum() {
      UnaryOperator<Jet> sum = product();
      while (true) {
        UnaryOperator<Jet> left = sum;
        if (accept('+')) {
          UnaryOperator<Jet> right = product();
          sum = x -> left.apply(x).plus(right.apply(x));
        } else if (accept('-')) {
          UnaryOperator<Jet> right = product();
          sum = x -> left.apply(x).minus(right.apply(x));
        } else {
          return sum;
        }
      }
    }

    private UnaryOperator<Jet> product() {
      UnaryOperator<Jet> product = sign();
      while (true) {
        UnaryOperator<Jet> left = product;
        if (accept('*')) {
          UnaryOperator<Jet> right = sign();
          product = x -> left.apply(x).times(right.apply(x));
        } else if (accept('/')) {
          UnaryOperator<Jet> right = sign();
          product = x -> left.apply(x).dividedBy(right.apply(x));
        } else {
          return product;
        }
      }
    }

    private UnaryOperator<Jet> sign() {
      if (accept('-')) {
        UnaryOperator<Jet> operand = sign();
        return x -> operand.apply(x).negate();
      }
      return accept('+') ? sign() : power();
    }

    private UnaryOperator<Jet> power() {
      UnaryOperator<Jet> base = atom();
      if (!accept('^')) {
        return base;
      }
      UnaryOperator<Jet> exponent = sign();
      return x -> base.apply(x).power(exponent.apply(x));
    }

    private UnaryOperator<Jet> atom() {
      char c = next();
      if (accept('(')) {
        UnaryOperator<Jet> inner = sum();
        expect(')');
        return inner;
      }
      if (isDigit(c) || c == '.') {
        Jet constant = Jet.constant(number());
        return x -> constant;
      }
      if (isLetter(c)) {
        int start = at;
        String name = name();
        return switch (name) {
          case "x" -> x -> x;
          case "pi" -> x -> Jet.constant(StrictMath.PI);
          case "e" -> x -> Jet.constant(StrictMath.E);
          default -> call(name, start);
        };
      }
      throw misplaced("a number, x or a function");
    }

    private UnaryOperator<Jet> call(String name, int start) {
      Function function = Function.of(name).orElseThrow(() -> unknown(name, start));
      expect('(');
      List<UnaryOperator<Jet>> arguments = new ArrayList<>(List.of(sum()));
      while (arguments.size() < function.arity()) {
        expect(',');
        arguments.add(sum());
      }
      expect(')');
      return x -> function.apply(arguments.stream().map(a -> a.apply(x)).toArray(Jet[]::new));
    }

    private IllegalArgumentException unknown(String name, int start) {
      at = start;
      String known =
          Arrays.stream(Function.values()).map(Function::label).collect(Collectors.joining(", "));
      return failure("'" + name + "' is unknown: known are x, pi, e, " + known);
    }

    private double number() {
      int start = at;
      skipDigits();
      if (at < text.length() && text.charAt(at) == '.') {
        at++;
        skipDigits();
      }
      int mantissaEnd = at;
      if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
        at++;
        if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
          at++;
        }
        int digits = at;
        skipDigits();
        // Without digits it is no exponent, and then what follows is said to be wrong.
        at = at == digits ? mantissaEnd : at;
      }
      String digits = text.substring(start, at);
      double value = digits.equals(".") ? Double.NaN : Double.parseDouble(digits);
      if (!Double.isFinite(value)) {
        at = start;
        throw failure("'" + digits + "' is not a finite number");
      }
      return value;
    }

    private String name() {
      int start = at;
      while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
        at++;
      }
      return text.substring(start, at);
    }

    private void skipDigits() {
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
    }

    private boolean accept(char c) {
      if (next() != c) {
        return false;
      }
      at++;
      return true;
    }

    private void expect(char c) {
      if (!accept(c)) {
        throw misplaced("'" + c + "'");
      }
    }

    /** The next character that is no space, or 0 at the end. */
    private char next() {
      while (at < text.length() && text.charAt(at) == ' ') {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }

    private static boolean isLetter(char c) {
      return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private IllegalArgumentException misplaced(String expected) {
      return failure(
          (at < text.length() ? "there is '" + text.charAt(at) + "'" : "it ends")
              + " where "
              + expected
              + " should be");
    }

    private IllegalArgumentException failure(String reason) {
      return new IllegalArgumentException(
          Printable.line("expression '" + excerpt() + "', character " + (at + 1) + ": " + reason));
    }

    /** The text, or what stands about the place: the reason behind it must not be cut off. */
    private String excerpt() {
      int start = StrictMath.max(0, at - EXCERPT / 2);
      int end = StrictMath.min(text.length(), start + EXCERPT);
      return (start > 0 ? "…" : "") + text.substring(start, end) + (end < text.length() ? "…" : "");
    }
  }
}
