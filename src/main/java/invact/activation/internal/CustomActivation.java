package invact.activation.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.activation.internal.expression.Expression;
import invact.activation.internal.expression.Jet;
import invact.internal.io.Printable;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Your own activation: f given as an expression or as Java code, f′, f″ and T found from it.
 *
 * <p>f must fall from 0 at −∞ to one minimum and rise from there, with f′ → 1 at +∞; whatever is
 * not so is refused with the reason. This is checked at some 13,000 points of [−2¹²⁸, 2¹²⁸], 2⁻⁷
 * apart up to 32 and 4 % apart elsewhere, and at more where f′ changes by over ⅛ from one to the
 * next; f′ within 2⁻⁴⁰ of 0 counts as 0 there. What happens between the points goes unseen. Where a
 * formula overflows, as {@code exp(x)} does from x = 709.8 on, f is continued by its limits, f = −0
 * on the left, f − x constant on the right, if f′ has come within 2⁻⁴⁰ of its own by then.
 *
 * <p>f, f′ and f″ are as accurate as the formula, see {@link Jet}; T is where f′ as computed
 * changes sign. f(±0) is what the formula says.
 */
public final class CustomActivation implements Activation {
  private static final String NAME = "[a-z][a-z0-9_-]{0,63}";

  private final String name;
  private final Optional<Expression> expression;
  private final UnaryOperator<Jet> function;
  private final Shape shape;

  private CustomActivation(
      String name, Optional<Expression> expression, UnaryOperator<Jet> function) {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "'"
              + Printable.line(name)
              + "' is no name for an activation: begin with a letter, use a-z, 0-9, '-' and '_'");
    }
    if (Activations.isReserved(name)) {
      throw new IllegalArgumentException(
          "'" + name + "' names an activation that invact knows: call yours otherwise");
    }
    this.name = name;
    this.expression = expression;
    this.function = function;
    this.shape = Shape.of(name, function);
  }

  /**
   * An activation given by an expression, which coefficient sets keep.
   *
   * @param name what to call it, in lower case; not the name of a built-in activation
   * @param expression f(x), as {@link Expression} reads it
   * @return the activation
   * @throws IllegalArgumentException with one line, if the name or the expression cannot be read,
   *     or f is no activation with exactly one minimum
   */
  public static CustomActivation of(String name, String expression) {
    Expression parsed = Expression.parse(expression);
    return new CustomActivation(name, Optional.of(parsed), parsed::apply);
  }

  /**
   * An activation given by Java code, such as {@code x -> x.times(x.softplus().tanh())}. It can be
   * fitted and run; a coefficient set of it cannot be written, since a file cannot hold code.
   *
   * @param name what to call it, in lower case; not the name of a built-in activation
   * @param function f, made of {@link Jet}'s operations alone, so that every digit is the same on
   *     every machine
   * @return the activation
   * @throws IllegalArgumentException with one line, if the name is not a name or f is no activation
   *     with exactly one minimum
   */
  public static CustomActivation of(String name, UnaryOperator<Jet> function) {
    return new CustomActivation(name, Optional.empty(), Objects.requireNonNull(function));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String title() {
    return name;
  }

  @Override
  public String formula() {
    return expression().orElse("(Java code)");
  }

  @Override
  public Optional<String> expression() {
    return expression.map(Expression::text);
  }

  @Override
  public double value(double x) {
    if (x < shape.low()) {
      return -0.0;
    }
    return x > shape.high() ? x + shape.offset() : function.apply(Jet.variable(x)).value();
  }

  @Override
  public double derivative(double x) {
    if (x < shape.low()) {
      return 0.0;
    }
    return x > shape.high() ? 1.0 : function.apply(Jet.variable(x)).first();
  }

  @Override
  public double secondDerivative(double x) {
    return x < shape.low() || x > shape.high() ? 0.0 : function.apply(Jet.variable(x)).second();
  }

  @Override
  public double argmin() {
    return shape.argmin();
  }

  @Override
  public double minimum() {
    return shape.minimum();
  }

  /** The same name and expression; of Java code, the same object. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CustomActivation custom
        && name.equals(custom.name)
        && expression.equals(custom.expression)
        && (expression.isPresent() || function == custom.function);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name + ": " + formula();
  }
}
