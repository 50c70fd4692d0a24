package invact.runtime.cuda.internal;

import invact.activation.Activation;
import invact.internal.arithmetic.Forward;
import invact.internal.arithmetic.Gate;
import invact.internal.program.Computation;
import invact.internal.program.Program;
import invact.internal.program.Type;
import invact.internal.program.text.CudaText;
import invact.internal.program.text.CudaText.Arithmetic;
import invact.internal.program.text.CudaText.Order;
import invact.numeric.Dtype;
import invact.runtime.GatedUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A pass over tensors: for each dtype a program of one element with its data, and how it is
 * rendered. F32 inputs and outputs of the programs are tensors, BOOL ones the indicator.
 *
 * @param name of letters, digits and '_'
 * @param order of the statements
 * @param variants the programs
 */
public record Pass(String name, Order order, Map<Dtype, Variant> variants) {
  /** The dtypes that tensors may have. */
  public static final List<Dtype> DTYPES = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  /**
   * A pass in one dtype.
   *
   * @param computation the program and its data
   * @param arithmetic how it is rendered
   */
  record Variant(Computation computation, Arithmetic arithmetic) {
    private boolean isLike(Variant other) {
      return arithmetic == other.arithmetic
          && computation.program().toString().equals(other.computation.program().toString());
    }
  }

  /** A pass of variants that differ by dtype. */
  static Pass of(String name, Order order, Function<Dtype, Variant> variant) {
    Map<Dtype, Variant> variants = new EnumMap<>(Dtype.class);
    DTYPES.forEach(dtype -> variants.put(dtype, variant.apply(dtype)));
    return new Pass(name, order, variants);
  }

  /** The forward pass of an activation; nothing if it has no program. */
  static Optional<Pass> forward(Activation activation) {
    Optional<Computation> exact = Forward.pass(activation);
    Optional<Computation> fast = Forward.fastPass(activation);
    return exact.map(program ->
        of(
            "forward_" + label(activation),
            Order.ELEMENTS,
            dtype ->
                new Variant(
                    dtype == Dtype.FP32 ? program : fast.orElse(program), Arithmetic.EXACT)));
  }

  /** The forward pass of a gated unit; nothing if its activation has no program as a gate. */
  public static Optional<Pass> gatedForward(Activation activation) {
    return gated(
        "gated_forward_",
        activation,
        dtype -> {
          boolean keepsProduct = GatedUnit.keepsProduct(dtype);
          return Gate.fastForward(activation, dtype, keepsProduct)
              .or(() -> Gate.forward(activation, keepsProduct));
        });
  }

  /** The backward pass of a gated unit; nothing if its activation has no program as a gate. */
  public static Optional<Pass> gatedBackward(Activation activation) {
    return gated(
        "gated_backward_",
        activation,
        dtype -> {
          boolean keepsProduct = GatedUnit.keepsProduct(dtype);
          return Gate.fastBackward(activation, dtype, keepsProduct)
              .or(() -> Gate.backward(activation, keepsProduct));
        });
  }

  private static Optional<Pass> gated(
      String begin, Activation activation, Function<Dtype, Optional<Computation>> computation) {
    if (Gate.of(activation).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        of(
            begin + label(activation),
            Order.ELEMENTS,
            dtype -> new Variant(computation.apply(dtype).orElseThrow(), Arithmetic.EXACT)));
  }

  private static String label(Activation activation) {
    return activation.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
  }

  /** Whether the kernels of another pass compute this one too, given this one's data. */
  boolean isLike(Pass other) {
    return order == other.order
        && variants.keySet().equals(other.variants.keySet())
        && DTYPES.stream().allMatch(f -> variants.get(f).isLike(other.variants.get(f)));
  }

  /** The name of a dtype's kernel. */
  String kernel(Dtype dtype) {
    return name + "_" + dtype.label();
  }

  /** The source of all kernels. */
  String text() {
    StringBuilder text = new StringBuilder(includes());
    DTYPES.forEach(dtype -> text.append('\n').append(kernelText(dtype)));
    return text.toString();
  }

  /** The source of one kernel. */
  String text(Dtype dtype) {
    return includes() + "\n" + kernelText(dtype);
  }

  private String includes() {
    return "// "
        + name
        + ", rendered from its program.\n#include \"arithmetic.cuh\"\n#include \"elements.cuh\"\n";
  }

  private String kernelText(Dtype dtype) {
    Variant variant = variants.get(dtype);
    Program program = variant.computation.program();
    ArgumentLayout layout = ArgumentLayout.of(program);
    CudaText body = new CudaText(program, order, variant.arithmetic);
    String struct = kernel(dtype) + "_arguments";
    StringBuilder text = new StringBuilder(layout.text(struct));
    text.append(signature(kernel(dtype), struct)).append(" {\n");
    text.append(body.tableSetup("  ", layout.firstWord()));
    text.append(
        """
          uint64_t group = group_of_thread();
          if (group * GROUP >= arguments.n) {
            return;
          }
          int size = group_size(group, arguments.n);
          bool is_wide = group < arguments.vectors;
        """);
    String type = typeName(dtype);
    List<String> tensors =
        program.inputs().stream()
            .filter(input -> input.type() == Type.F32)
            .map(Program.Input::name)
            .toList();
    program.inputs().stream()
        .filter(input -> input.type() == Type.BOOL)
        .forEach(input ->
            text.append("  uint32_t bits = arguments.").append(input.name()).append("[group];\n"));
    text.append("  float inputs[").append(tensors.size()).append("][GROUP];\n");
    text.append("  load<").append(type).append(">({arguments.");
    text.append(String.join(", arguments.", tensors)).append("}, group, size, is_wide, inputs);\n");
    for (int k = 0; k < tensors.size(); k++) {
      text.append("  const float(&").append(tensors.get(k)).append(")[GROUP] = inputs[");
      text.append(k).append("];\n");
    }
    text.append(body.statements("  "));
    for (Program.Output output : program.outputs()) {
      String value = body.output(output);
      String name = output.name();
      if (program.step(output.value()).type() == Type.BOOL) {
        text.append("  uint32_t ").append(name).append(" = 0;\n  EACH ").append(name);
        text.append(" |= j < size && ").append(value).append(" ? 1u << j : 0u;\n");
        text.append("  arguments.").append(name).append("[group] = static_cast<uint8_t>(");
        text.append(name).append(");\n");
      } else {
        text.append("  float ").append(name).append("[GROUP];\n  EACH ").append(name);
        text.append("[j] = ").append(value).append(";\n");
        text.append("  store<").append(type).append(">(arguments.").append(name);
        text.append(", group, size, is_wide, ").append(name).append(");\n");
      }
    }
    return text.append("}\n").toString();
  }

  /** What a kernel's definition begins with. */
  static String signature(String kernel, String struct) {
    return "extern \"C\" __global__ void __launch_bounds__("
        + Kernel.BLOCK
        + ")\n    "
        + kernel
        + "(const __grid_constant__ "
        + struct
        + " arguments)";
  }

  /** The structure of elements.cuh that loads and stores a dtype. */
  static String typeName(Dtype dtype) {
    return switch (dtype) {
      case FP32 -> "Fp32";
      case BF16 -> "Bf16";
      case FP16 -> "Fp16";
      case FP64 -> throw new IllegalArgumentException("fp64 has no runtime");
    };
  }
}
