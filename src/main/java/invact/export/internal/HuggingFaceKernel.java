package invact.export.internal;

import invact.coefficients.CoefficientSet;
import invact.export.Export;
import invact.export.ExportException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Sets as a folder that Hugging Face's package {@code kernels} loads (0.17.2, October 2026): the
 * module for PyTorch and stateless layers on top of it, under the names that transformers gives its
 * activations.
 *
 * <p>The package looks for a folder {@code build/torch-BACKEND} with a {@code metadata.json} and a
 * Python package; there is one for CPUs and one for CUDA, of the same sources.
 */
public final class HuggingFaceKernel {
  /** The file by which a folder is known to be a kernel. */
  public static final String MARK = "build/torch-cpu/metadata.json";

  private static final List<String> BACKENDS = List.of("cpu", "cuda");

  /** Bytes of a digest that a kernel's identifier holds. */
  private static final int ID_BYTES = 6;

  /** A layer of transformers; several are the same function, rounded differently. */
  private enum Layer {
    GELU("GeLU", "gelu", "gelu"),
    SILU("SiLU", "silu", "silu"),
    GELU_TANH("GeluTanh", "gelu-tanh", "gelu_tanh"),
    NEW_GELU("NewGELU", "gelu-tanh", "gelu_tanh"),
    FAST_GELU("FastGELU", "gelu-tanh", "gelu_tanh"),
    QUICK_GELU("QuickGELU", "quick-gelu", "quick_gelu");

    private final String label;
    private final String activation;
    private final String function;

    Layer(String label, String activation, String function) {
      this.label = label;
      this.activation = activation;
      this.function = function;
    }
  }

  private HuggingFaceKernel() {}

  /**
   * The folder's files.
   *
   * @param export what to export
   * @return the text of each file by its path in the folder, the same for the same export
   * @throws ExportException if a set cannot be exported, or no layer would have one
   */
  public static SequencedMap<String, String> files(Export export) {
    List<Layer> layers = layers(export.sets());
    Map<String, String> sources = new LinkedHashMap<>();
    sources.put("__init__.py", HuggingFaceTemplates.INIT);
    sources.put("invact_torch.py", ExportTarget.PYTORCH.text(export));
    sources.put("layers.py", layersFile(layers));
    String digest = digest(sources);
    SequencedMap<String, String> files = new LinkedHashMap<>();
    files.put("README.md", readme(export, layers));
    for (String backend : BACKENDS) {
      String folder = "build/torch-" + backend + "/";
      files.put(folder + "metadata.json", HuggingFaceTemplates.METADATA.formatted(backend, digest));
      sources.forEach((name, text) -> files.put(folder + name, text));
    }
    return files;
  }

  private static List<Layer> layers(List<CoefficientSet> sets) {
    Set<String> activations =
        sets.stream().map(set -> set.activation().name()).collect(Collectors.toSet());
    List<Layer> layers = new ArrayList<>();
    for (Layer layer : Layer.values()) {
      if (activations.contains(layer.activation)) {
        layers.add(layer);
      }
    }
    if (layers.isEmpty()) {
      throw new ExportException(
          sets.getFirst().name()
              + ": transformers has no layer for "
              + sets.getFirst().activation().name()
              + ": export a set of gelu, silu, gelu-tanh or quick-gelu");
    }
    return layers;
  }

  private static String layersFile(List<Layer> layers) {
    String names =
        layers.stream().map(layer -> "\"" + layer.label + "\"").collect(Collectors.joining(", "));
    String functions =
        layers.stream()
            .map(layer -> layer.function)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    StringBuilder text = new StringBuilder();
    text.append(HuggingFaceTemplates.LAYERS.formatted(functions, names));
    for (Layer layer : layers) {
      text.append(HuggingFaceTemplates.LAYER.formatted(layer.label, layer.function));
    }
    return text.toString();
  }

  private static String readme(Export export, List<Layer> layers) {
    String names =
        layers.stream().map(layer -> "\"" + layer.label + "\"").collect(Collectors.joining(", "));
    return HuggingFaceTemplates.README.formatted(export.version(), export.command(), names);
  }

  /** Tells kernels of different contents apart, which one process may hold. */
  private static String digest(Map<String, String> sources) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sources.forEach((name, text) -> {
        sha.update(name.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
        sha.update(text.getBytes(StandardCharsets.UTF_8));
      });
      return HexFormat.of().formatHex(sha.digest(), 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
