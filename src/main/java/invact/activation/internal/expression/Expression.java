package invact.activation.internal.expression;

import invact.internal.io.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A function of x written as text, such as {@code x*tanh(log(1+exp(x)))}, or of x and parameters,
 * such as {@code a*exp(-b*x)+c}.
 *
 * <pre>
 * sum     = product { ("+" | "-") product }
 * product = sign { ("*" | "/") sign }
 * sign    = ("+" | "-") sign | power
 * power   = atom [ "^" sign ]                         -x^2 is -(x^2), 2^3^2 is 2^(3^2)
 * atom    = number | "x" | "pi" | "e" | parameter | "(" sum ")"
 *         | function "(" sum { "," sum } ")"
 * </pre>
 *
 * <p>The functions are those of {@link Function}; {@link Jet} computes them. A parameter's name is
 * a letter and more letters, digits and underscores, and none of the other names.
 */
public final class Expression {
  private static final int MAX_LENGTH = 1000;

  /** How much of a text a message quotes. */
  private static final int EXCERPT = 100;

  private final String text;
  private final Node root;
  private final List<String> parameters;

  private Expression(String text, Node root, List<String> parameters) {
    this.text = text;
    this.root = root;
    this.parameters = List.copyOf(parameters);
  }

  /**
   * The function of x of a text.
   *
   * @param text the text, of at most 1000 characters
   * @return the expression
   * @throws IllegalArgumentException with one line that says what is wrong, and at which character
   */
  public static Expression parse(String text) {
    return parse(text, false);
  }

  /**
   * The function of x and parameters of a text: unknown names are parameters.
   *
   * @param text the text, of at most 1000 characters
   * @return the expression
   * @throws IllegalArgumentException with one line that says what is wrong, and at which character
   */
  public static Expression withParameters(String text) {
    return parse(text, true);
  }

  private static Expression parse(String text, boolean hasParameters) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "expression has " + text.length() + " characters, more than " + MAX_LENGTH);
    }
    Parser parser = new Parser(text, hasParameters);
    return new Expression(text, parser.whole(), parser.parameters);
  }

  /**
   * Whether a name has a meaning of its own, so that no parameter can have it.
   *
   * @param name the name
   * @return true for x, the constants and the functions
   */
  public static boolean isReserved(String name) {
    return List.of("x", "pi", "e").contains(name) || Function.of(name).isPresent();
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
   * The names of the parameters.
   *
   * @return the names, in the order in which they first occur
   */
  public List<String> parameters() {
    return parameters;
  }

  /**
   * The function and its first two derivatives.
   *
   * @param x where, as a function of something
   * @return the value of the expression
   * @throws IllegalStateException if it has parameters
   */
  public Jet apply(Jet x) {
    return root.jet(x);
  }

  /**
   * The value, and its derivatives by the parameters that are free.
   *
   * @param x where
   * @param values the parameters' values, in the order of {@link #parameters}
   * @param free the indices of the free parameters, in the order of their derivatives
   * @param gradient receives the derivatives, as many as there are free parameters
   * @return the value
   */
  public double gradient(double x, double[] values, int[] free, double[] gradient) {
    Gradient[] variables = constants(x, values);
    for (int j = 0; j < free.length; j++) {
      variables[1 + free[j]] = Gradient.parameter(values[free[j]], j, free.length);
    }
    Gradient result = root.gradient(variables);
    Arrays.fill(gradient, 0);
    if (!result.isConstant()) {
      System.arraycopy(result.partials(), 0, gradient, 0, free.length);
    }
    return result.value();
  }

  /**
   * The value.
   *
   * @param x where
   * @param values the parameters' values, in the order of {@link #parameters}
   * @return the value
   */
  public double value(double x, double[] values) {
    return root.gradient(constants(x, values)).value();
  }

  private static Gradient[] constants(double x, double[] values) {
    Gradient[] variables = new Gradient[1 + values.length];
    variables[0] = Gradient.constant(x);
    for (int j = 0; j < values.length; j++) {
      variables[1 + j] = Gradient.constant(values[j]);
    }
    return variables;
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
    private final boolean hasParameters;
    private final List<String> parameters = new ArrayList<>();
    private int at;

    Parser(String text, boolean hasParameters) {
      this.text = text;
      this.hasParameters = hasParameters;
    }

    Node whole() {
      Node whole = sum();
      next();
      if (at < text.length()) {
        throw misplaced("an operator");
      }
      return whole;
    }

    private Node sum() {
      Node sum = product();
      while (true) {
        if (accept('+')) {
          sum = new Node.Binary(Jet::plus, sum, product());
        } else if (accept('-')) {
          sum = new Node.Binary(Jet::minus, sum, product());
        } else {
          return sum;
        }
      }
    }

    private Node product() {
      Node product = sign();
      while (true) {
        if (accept('*')) {
          product = new Node.Binary(Jet::times, product, sign());
        } else if (accept('/')) {
          product = new Node.Binary(Jet::dividedBy, product, sign());
        } else {
          return product;
        }
      }
    }

    private Node sign() {
      if (accept('-')) {
        return new Node.Unary(Jet::negate, sign());
      }
      return accept('+') ? sign() : power();
    }

    private Node power() {
      Node base = atom();
      return accept('^') ? new Node.Binary(Jet::power, base, sign()) : base;
    }

    private Node atom() {
      char c = next();
      if (accept('(')) {
        Node inner = sum();
        expect(')');
        return inner;
      }
      if (isDigit(c) || c == '.') {
        return new Node.Constant(number());
      }
      if (isLetter(c)) {
        int start = at;
        String name = name();
        return switch (name) {
          case "x" -> new Node.Variable(0);
          case "pi" -> new Node.Constant(StrictMath.PI);
          case "e" -> new Node.Constant(StrictMath.E);
          default ->
              hasParameters && next() != '(' && Function.of(name).isEmpty()
                  ? parameter(name)
                  : call(name, start);
        };
      }
      throw misplaced(
          "a number, x or a function"
              + (at > 0 && text.startsWith("**", at - 1) ? " (a power is written ^)" : ""));
    }

    private Node parameter(String name) {
      if (!parameters.contains(name)) {
        parameters.add(name);
      }
      return new Node.Variable(1 + parameters.indexOf(name));
    }

    private Node call(String name, int start) {
      Function function = Function.of(name).orElseThrow(() -> unknown(name, start));
      expect('(');
      List<Node> arguments = new ArrayList<>(List.of(sum()));
      while (arguments.size() < function.arity()) {
        expect(',');
        arguments.add(sum());
      }
      expect(')');
      return function.call(arguments);
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
      while (at < text.length()
          && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)) || text.charAt(at) == '_')) {
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
