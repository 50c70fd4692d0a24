package invact.cli;

import invact.activation.Activation;
import invact.activation.Activations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The names of activations that people use: those of PyTorch, TensorFlow and Hugging Face's {@code
 * ACT2FN}. They are accepted on the command line where the function is the same, but for rounding
 * of its constants; files hold invact's own names alone.
 */
final class ActivationNames {
  /** Other names of a function, in lower case with '-' for '_'. */
  private static final Map<String, String> SAME =
      Map.ofEntries(
          Map.entry("gelu-python", "gelu"),
          Map.entry("gelu-erf", "gelu"),
          Map.entry("gelu-new", "gelu-tanh"),
          Map.entry("gelu-fast", "gelu-tanh"),
          Map.entry("gelu-accurate", "gelu-tanh"),
          Map.entry("gelu-pytorch-tanh", "gelu-tanh"),
          Map.entry("gelu-python-tanh", "gelu-tanh"),
          Map.entry("tanh-gelu", "gelu-tanh"),
          Map.entry("gelutanh", "gelu-tanh"),
          Map.entry("quickgelu", "quick-gelu"),
          Map.entry("gelu-quick", "quick-gelu"),
          Map.entry("gelu-sigmoid", "quick-gelu"),
          Map.entry("swish", "silu"));

  /** Other functions, and what to do about them. */
  private static final Map<String, String> OTHER =
      Map.ofEntries(
          Map.entry("gelu-10", "gelu cut off at 10 and -10: use gelu where |x| < 10"),
          Map.entry("clippedgelu", "gelu cut off: use gelu"),
          Map.entry("swiglu", "a gated unit, which needs no coefficients: its gate is silu"),
          Map.entry("geglu", "a gated unit, which needs no coefficients: its gate is gelu"),
          Map.entry("relu", "never below 0, and needs no inversion: y > 0 is its derivative"),
          Map.entry("leaky-relu", "monotone, and needs no approximation"),
          Map.entry("elu", "monotone: its derivative follows from y exactly"),
          Map.entry("selu", "monotone: its derivative follows from y exactly"),
          Map.entry("softplus", "monotone: its derivative is 1 - exp(-y)"),
          Map.entry("sigmoid", "monotone: its derivative is y*(1 - y)"),
          Map.entry("tanh", "monotone: its derivative is 1 - y*y"),
          Map.entry("hardswish", "a parabola with corners: give it by --expr"),
          Map.entry("hard-swish", "a parabola with corners: give it by --expr"));

  private ActivationNames() {}

  /**
   * The activation that a name means.
   *
   * @throws IllegalArgumentException with one line that names the nearest name, if there is none
   */
  static Activation of(String name) {
    String key = name.toLowerCase(Locale.ROOT).replace('_', '-');
    String own = SAME.getOrDefault(key, key);
    try {
      return Activations.of(own);
    } catch (IllegalArgumentException e) {
      if (OTHER.containsKey(key)) {
        throw new IllegalArgumentException(
            e.getMessage() + "; '" + name + "' is " + OTHER.get(key), e);
      }
      List<String> words = new ArrayList<>(Activations.names());
      words.addAll(SAME.keySet());
      throw new IllegalArgumentException(
          e.getMessage()
              + Nearest.to(key, words)
                  .map(word -> "; did you mean '" + SAME.getOrDefault(word, word) + "'?")
                  .orElse(""),
          e);
    }
  }
}
