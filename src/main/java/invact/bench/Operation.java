package invact.bench;

import invact.activation.Activation;
import invact.coefficient.CoefficientSet;
import java.util.Optional;

/**
 * Something to time.
 *
 * @param op its name, after {@link BenchmarkRow#op()}
 * @param backend what runs it
 * @param bytesPerElement what it has to read and write
 * @param pass runs it once
 * @param peer runs the peer's operation of the same use once, if it has one
 */
record Operation(
    String op, String backend, double bytesPerElement, Runnable pass, Optional<Runnable> peer) {
  static final String COPY = "copy";

  /** The forward pass of an activation, which no coefficient takes part in. */
  static String forward(Activation activation) {
    return activation.name() + " forward";
  }

  /** The backward pass of a set. */
  static String backward(CoefficientSet set) {
    return set.name() + " backward";
  }

  /** The gated unit of an activation. */
  static String unit(Activation activation) {
    return switch (activation.name()) {
      case "gelu" -> "geglu";
      case "silu" -> "swiglu";
      default -> activation.name() + "-gate";
    };
  }
}
