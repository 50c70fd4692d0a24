package invact.internal.bench;

import invact.activation.Activation;
import java.util.Optional;

/**
 * Something to time.
 *
 * @param op its name, after {@link BenchmarkRow#op()}
 * @param set the name of the coefficient set that takes part in it, if one does
 * @param backend what runs it
 * @param bytesPerElement what it has to read and write
 * @param pass runs it once
 * @param peer runs the peer's operation of the same use once, if it has one
 */
record Operation(
    String op,
    Optional<String> set,
    String backend,
    double bytesPerElement,
    Runnable pass,
    Optional<Runnable> peer) {
  static final String COPY = "copy";

  /** The forward pass of an activation, which no coefficient takes part in. */
  static String forward(Activation activation) {
    return activation.name() + "-forward";
  }

  /** The backward pass of an activation. */
  static String backward(Activation activation) {
    return activation.name() + "-backward";
  }
}
