package invact.activation;

import java.util.List;
import java.util.stream.Collectors;

/** The activations that invact knows by name. */
public final class Activations {
  /** f(x) = x·Φ(x), the exact (erf) GELU. */
  public static final Activation GELU = new Gelu();

  /** f(x) = x·σ(x). */
  public static final Activation SILU = new Silu();

  private static final List<Activation> ALL = List.of(GELU, SILU);

  private Activations() {}

  /**
   * All known activations, in the order in which they are listed and fitted.
   *
   * @return an unmodifiable list
   */
  public static List<Activation> all() {
    return ALL;
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
    throw new IllegalArgumentException(
        "unknown activation '"
            + name
            + "': known are "
            + ALL.stream().map(Activation::name).collect(Collectors.joining(", ")));
  }
}
