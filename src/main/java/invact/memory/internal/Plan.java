package invact.memory.internal;

import java.util.Set;

/**
 * What is done to a model.
 *
 * @param mode how it is trained
 * @param fusedLoss whether the loss is computed without logits
 * @param eager whether attention is matrix products and a softmax, and not one kernel
 * @param left convertible modules that stay as they are
 * @param readByProducts norms whose output matrix products alone read
 */
record Plan(
    Mode mode, boolean fusedLoss, boolean eager, Set<String> left, Set<String> readByProducts) {
  /** The plan of a mode before anything is known of readers. */
  static Plan of(Mode mode, boolean fusedLoss, boolean eager) {
    return new Plan(mode, fusedLoss, eager, Set.of(), Set.of());
  }

  Plan leaving(Set<String> modules) {
    return new Plan(mode, fusedLoss, eager, modules, readByProducts);
  }

  Plan withReaders(Set<String> modules) {
    return new Plan(mode, fusedLoss, eager, left, modules);
  }

  boolean convertsActivation(String module) {
    return mode.convertsActivations() && !left.contains(module);
  }

  boolean convertsNorm(String module) {
    return mode == Mode.NORMS && !left.contains(module);
  }
}
