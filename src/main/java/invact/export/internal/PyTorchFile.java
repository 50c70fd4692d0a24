package invact.export.internal;

import invact.activation.Activation;
import invact.activation.Activations;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.ErrorInUse;
import invact.export.Export;
import invact.export.ExportException;
import invact.internal.arithmetic.Derivative;
import invact.internal.arithmetic.Forward;
import invact.internal.arithmetic.Gate;
import invact.internal.program.Computation;
import invact.internal.program.Program;
import invact.internal.program.text.TorchText;
import invact.internal.program.text.TritonText;
import invact.numeric.Dtype;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Sets as a Python module for PyTorch: the source that travels with the library, in which one
 * section is written anew from the programs of the sets and their activations, for Triton and as
 * PyTorch operations.
 *
 * <p>A set serves the dtype that it is made for. One that is made for none serves those that no
 * other set of its activation serves. Activations stand in the order of {@link Activations#all},
 * others by name after them, so that the functions do not depend on the order of the sets.
 */
final class PyTorchFile {
  private static final String SOURCE = "/invact/python/invact_torch.py";
  private static final String BEGIN = "# invact:generated:begin\n";
  private static final String END = "# invact:generated:end\n";

  private static final List<Dtype> DTYPES = List.of(Dtype.BF16, Dtype.FP16, Dtype.FP32);

  private final Export export;
  private final StringBuilder text = new StringBuilder();

  private PyTorchFile(Export export) {
    this.export = export;
  }

  /** The module. */
  static String of(Export export) {
    String source = source();
    int begin = source.indexOf(BEGIN) + BEGIN.length();
    int end = source.indexOf(END);
    return source.substring(0, begin) + new PyTorchFile(export).section() + source.substring(end);
  }

  private static String source() {
    try (InputStream in = PyTorchFile.class.getResourceAsStream(SOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One set of each activation and dtype: the first by name of those made for it.
   *
   * @param sets sets
   * @return those that serve as defaults
   */
  static List<CoefficientSet> defaults(List<CoefficientSet> sets) {
    List<CoefficientSet> chosen = new ArrayList<>();
    sets.stream()
        .filter(set -> set.dtype().isPresent())
        .sorted(Comparator.comparing(CoefficientSet::name))
        .filter(set ->
            chosen.stream()
                .noneMatch(other ->
                    other.activation().equals(set.activation())
                        && other.dtype().equals(set.dtype())))
        .forEach(chosen::add);
    return chosen;
  }

  private String section() {
    Map<Activation, Map<Dtype, CoefficientSet>> serving = serving(export.sets());
    text.append("# fmt: off\n");
    comment(PyTorchTemplates.HEADER.formatted(export.version(), export.command()));
    serving.forEach((f, sets) ->
        sets.values().stream()
            .distinct()
            .forEach(set -> comment("\n" + String.join("\n", Description.of(set)))));
    serving.forEach(this::functions);
    text.append("\n\nSETS: dict[tuple[str, str], CoefficientSet] = {\n");
    serving.forEach((f, sets) -> sets.forEach(this::entry));
    return text.append("}\n\n\n# fmt: on\n").toString();
  }

  private void comment(String lines) {
    lines.lines().forEach(line -> text.append(Comments.wrapped("#", line)));
  }

  /** The set of each dtype of each activation. */
  private static Map<Activation, Map<Dtype, CoefficientSet>> serving(List<CoefficientSet> sets) {
    Map<Activation, Map<Dtype, CoefficientSet>> serving = new LinkedHashMap<>();
    List<Activation> known = Activations.all();
    sets.stream()
        .map(CoefficientSet::activation)
        .distinct()
        .sorted(
            Comparator.comparingInt(
                    (Activation f) -> known.contains(f) ? known.indexOf(f) : known.size())
                .thenComparing(Activation::name))
        .forEach(f -> serving.put(f, new EnumMap<>(Dtype.class)));
    sets.stream()
        .filter(set -> set.dtype().isPresent())
        .forEach(set -> serve(serving.get(set.activation()), set, set.dtype().get()));
    for (CoefficientSet set : sets) {
      if (set.dtype().isEmpty()) {
        Map<Dtype, CoefficientSet> own = serving.get(set.activation());
        DTYPES.stream()
            .filter(dtype -> own.get(dtype) == null || own.get(dtype).dtype().isEmpty())
            .forEach(dtype -> serve(own, set, dtype));
      }
    }
    return serving;
  }

  private static void serve(Map<Dtype, CoefficientSet> serving, CoefficientSet set, Dtype dtype) {
    CoefficientSet other = serving.put(dtype, set);
    if (other != null) {
      throw new ExportException(
          other.name()
              + " and "
              + set.name()
              + " would both serve "
              + set.activation().name()
              + " in "
              + dtype.label()
              + ": name one of them");
    }
  }

  private void functions(Activation f, Map<Dtype, CoefficientSet> sets) {
    String name = Identifiers.of(f.name());
    String value = "f(x) = " + f.formula();
    String both = "f(a) and f'(a), " + value;
    if (sets.keySet().stream().anyMatch(Dtype::isHalf)) {
      String half = ", for results of 16 bits.";
      Computation gate = program(f, Gate.fast(f, Dtype.BF16));
      function(name + "_16_forward", value + half, program(f, Forward.fast(f)));
      function(name + "_16_gate", both + half, gate);
    }
    if (sets.containsKey(Dtype.FP32)) {
      // PyTorch has no fma, which single precision needs, but fp64 everywhere at a bearable price.
      function(
          name + "_32_forward",
          value + " in fp32.",
          program(f, Forward.single(f)),
          program(f, Forward.of(f)));
      function(name + "_32_gate", both + " in fp32.", program(f, Gate.single(f)));
    }
    for (Dtype dtype : DTYPES) {
      CoefficientSet set = sets.get(dtype);
      if (set != null) {
        function(
            name + "_" + dtype.label() + "_factor",
            "g(y, S) of " + set.name() + ".",
            derivative(set, dtype));
      }
    }
  }

  private Computation program(Activation f, Optional<Computation> program) {
    return Programs.require(export, f, program);
  }

  private static Computation derivative(CoefficientSet set, Dtype dtype) {
    try {
      return Derivative.either(set, dtype);
    } catch (IllegalArgumentException e) {
      throw new ExportException(set.name() + ": " + e.getMessage(), e);
    }
  }

  private void function(String name, String summary, Computation program) {
    function(name, summary, program, program);
  }

  /** A function for Triton, and one of PyTorch operations. */
  private void function(
      String name, String summary, Computation program, Computation torchProgram) {
    List<String> inputs = program.program().inputs().stream().map(Program.Input::name).toList();
    boolean isExact = name.contains("32");
    text.append(
        PyTorchTemplates.TRITON.formatted(
            name, String.join(", ", inputs), summary, TritonText.body(program, isExact)));
    String tensors = String.join(": torch.Tensor, ", inputs) + ": torch.Tensor";
    String result =
        program.program().outputs().size() == 1
            ? "torch.Tensor"
            : "tuple[torch.Tensor, torch.Tensor]";
    text.append(
        PyTorchTemplates.TORCH.formatted(
            name, tensors, result, summary, TorchText.body(torchProgram)));
  }

  private void entry(Dtype dtype, CoefficientSet set) {
    ErrorInUse error =
        set.errorInUse()
            .map(errors -> errors.get(dtype))
            .orElseThrow(
                () -> new ExportException(set.name() + ": has no errorInUse: fit it anew"));
    text.append(
        PyTorchTemplates.ENTRY.formatted(
            Identifiers.of(set.activation().name()),
            dtype.label(),
            set.name(),
            set.activation().name(),
            Float.toString(Forward.threshold(set.activation())).replace('E', 'e'),
            decimal(error.found().rms()),
            decimal(error.found().maxAbs()),
            dtype.isHalf() ? "16" : "32"));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.3e", value);
  }
}
