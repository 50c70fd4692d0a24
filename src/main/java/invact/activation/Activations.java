package invact.activation;

import invact.activation.internal.CustomActivation;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The activations that invact knows by name. */
public final class Activations {
  /** f(x) = x·Φ(x), the exact (erf) GELU. */
  public static final Activation GELU = new Gelu();

  /** f(x) = x·σ(x). */
  public static final Activation SILU = new Silu();

  /** f(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), GELU's tanh approximation. */
  public static final Activation GELU_TANH = new GeluTanh();

  /** f(x) = x·σ(1.702x), GELU's sigmoid approximation. */
  public static final Activation QUICK_GELU = Swish.QUICK_GELU;

  /** f(x) = x·tanh(ln(1 + eˣ)). */
  public static final Activation MISH = new Mish();

  private static final List<Activation> PAPER = List.of(GELU, SILU);

  private static final List<Activation> ALL = List.of(GELU, SILU, GELU_TANH, QUICK_GELU, MISH);

  private static final String SWISH = Swish.PREFIX + "B";

  /** Names that no activation of one's own may have, so that none is taken for another. */
  public static boolean isReserved(String name) {
    return name.startsWith(Swish.PREFIX)
        || ALL.stream().anyMatch(activation -> activation.name().equals(name));
  }

  private Activations() {}

  /**
   * The activations whose coefficients the paper prints, in the order in which they are fitted.
   *
   * @return an unmodifiable list: GELU and SiLU
   */
  public static List<Activation> paper() {
    return PAPER;
  }

  /**
   * All activations that have no free parameter, in the order in which they are listed.
   *
   * @return an unmodifiable list
   */
  public static List<Activation> all() {
    return ALL;
  }

  /**
   * f(x) = x·σ(βx), named {@code swish-} and β.
   *
   * @param slope β, from 0.01 to 100
   * @return the activation
   * @throws IllegalArgumentException if the slope is out of range, or the function has another
   *     name: slope 1 is {@code silu}, slope 1.702 is {@code quick-gelu}
   */
  public static Activation swish(double slope) {
    return Swish.of(slope);
  }

  /**
   * β of an activation that is x·σ(βx).
   *
   * @param activation the activation
   * @return 1 for SiLU, the slope of a Swish; nothing for others
   */
  public static OptionalDouble slope(Activation activation) {
    if (activation.equals(SILU)) {
      return OptionalDouble.of(1);
    }
    return activation instanceof Swish swish
        ? OptionalDouble.of(swish.slope())
        : OptionalDouble.empty();
  }

  /**
   * An activation given as an expression.
   *
   * @param name its name: letters, digits, '-', '.' and '_', not that of another activation
   * @param expression f(x), for example {@code x*tanh(softplus(x))}
   * @return the activation, f′, f″, T and f(T) computed from the expression
   * @throws IllegalArgumentException if the name cannot be used, the expression cannot be read, or
   *     f has not exactly one minimum with f → 0 at −∞ and f′ → 1 at +∞
   */
  public static Activation custom(String name, String expression) {
    return CustomActivation.of(name, expression);
  }

  /**
   * The names to choose from, B standing for a slope.
   *
   * @return an unmodifiable list
   */
  public static List<String> names() {
    return Stream.concat(ALL.stream().map(Activation::name), Stream.of(SWISH)).toList();
  }

  /**
   * The activation of a name.
   *
   * @param name a name as {@link Activation#name()} gives it
   * @return the activation
   * @throws IllegalArgumentException if no activation has that name
   */
  public static Activation of(String name) {
    for (Activation activation : ALL) {
      if (activation.name().equals(name)) {
        return activation;
      }
    }
    if (name.startsWith(Swish.PREFIX)) {
      return Swish.parse(name);
    }
    throw new IllegalArgumentException(
        "unknown activation '" + name + "': known are " + String.join(", ", names()));
  }
}
