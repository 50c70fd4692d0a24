package invact.memory.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Activations by the names of transformers, and what eager PyTorch saves in each, the output that
 * the next Linear saves apart. x is the input; each line is the tensors in the order in which the
 * formula makes them.
 */
enum Pointwise {
  /** x·Φ(x), one kernel: x. */
  GELU(1, 0, "gelu"),
  /** x·σ(x), one kernel: x. */
  SILU(1, 0, "silu", "swish"),
  /** One kernel: x. */
  GELU_TANH(1, 0, "gelu_pytorch_tanh"),
  /** One kernel: x. */
  MISH(1, 0, "mish"),
  /**
   * 0.5·x·(1 + tanh(c·(x + 0.044715·pow(x, 3)))): 0.5·x for the product; x for pow, tanh for its
   * derivative, 1 + tanh for the product. Autocast computes pow in fp32, and what follows from it.
   */
  GELU_NEW(1, 3, "gelu_new", "gelu_accurate"),
  /**
   * 0.5·x·(1 + tanh(x·0.798·(1 + 0.044715·x·x))): x, 0.5·x, 0.798·x, 0.044715·x, 1 + 0.044715·x·x,
   * tanh and 1 + tanh.
   */
  GELU_FAST(7, 0, "gelu_fast"),
  /** 0.5·x·(1 + erf(x/√2)): 0.5·x, x/√2 and 1 + erf. */
  GELU_PYTHON(3, 0, "gelu_python"),
  /** x·σ(1.702·x): x and σ. */
  QUICK_GELU(2, 0, "quick_gelu");

  private final int same;
  private final int widened;
  private final List<String> names;

  Pointwise(int same, int widened, String... names) {
    this.same = same;
    this.widened = widened;
    this.names = List.of(names);
  }

  static Pointwise of(Config config, String key, String otherwise) {
    String name = config.text(key).orElse(otherwise);
    for (Pointwise each : values()) {
      if (each.names.contains(name)) {
        return each;
      }
    }
    throw config.failure(
        key,
        "is '"
            + name
            + "', an activation that is not predicted: known are "
            + Arrays.stream(values())
                .flatMap(each -> each.names.stream())
                .collect(Collectors.joining(", ")));
  }

  /** Tensors saved in the dtype of x. */
  int savedInDtype() {
    return same;
  }

  /** Tensors saved in the dtype of pow: fp32 under autocast, else that of x. */
  int savedWidened() {
    return widened;
  }
}
