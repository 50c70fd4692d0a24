package invact.runtime.cuda.internal;

import invact.activation.Activations;
import invact.numeric.Dtype;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The kernels that are in the jar as PTX, made of the texts here. */
final class BuiltIn {
  /** The kernel of table.cuh. */
  static final String TABLE = "backward_bf16_table";

  /** Of its block; two blocks fill a multiprocessor. */
  static final int TABLE_THREADS = 1024;

  static final int TABLE_BLOCKS = 2;

  /** Its argument. */
  static final ArgumentLayout TABLE_LAYOUT =
      new ArgumentLayout()
          .pointer(false, true, "dy")
          .pointer(false, true, "y")
          .pointer(true, true, "right")
          .pointer(false, false, "dx")
          .counts()
          .pointer("float4", "table")
          .word("before");

  /** The kernels of interpreter.cuh, one for each dtype. */
  static final String INTERPRETER = "interpreter";

  /** Their argument. */
  static final ArgumentLayout INTERPRETER_LAYOUT =
      new ArgumentLayout()
          .pointers(InterpreterCode.INPUTS, true, "input")
          .pointers(InterpreterCode.OUTPUTS, false, "output")
          .pointer(true, true, "right_in")
          .pointer(true, false, "right_out")
          .counts()
          .pointer("uint4", "code")
          .pointer("uint32_t", "data")
          .word("steps");

  private static final List<Pass> PASSES =
      Stream.concat(
              BackwardPass.builtIn(),
              Activations.paper().stream()
                  .flatMap(
                      f -> Stream.of(Pass.forward(f), Pass.gatedForward(f), Pass.gatedBackward(f)))
                  .flatMap(Optional::stream))
          .toList();

  /**
   * Kernels that are compiled together.
   *
   * @param name of their PTX
   * @param text their source
   */
  record Unit(String name, Supplier<String> text) {}

  private BuiltIn() {}

  /** All kernels. */
  static List<Unit> units() {
    return Stream.concat(
            PASSES.stream().map(pass -> new Unit(pass.name(), pass::text)),
            Stream.of(TABLE_UNIT, INTERPRETER_UNIT))
        .toList();
  }

  /** The kernel of tables of outputs. */
  static final Unit TABLE_UNIT = new Unit(TABLE, BuiltIn::tableText);

  /** The kernels of the interpreter. */
  static final Unit INTERPRETER_UNIT = new Unit(INTERPRETER, BuiltIn::interpreterText);

  /** The pass whose kernels compute another, given its data. */
  static Optional<Pass> like(Pass pass) {
    return PASSES.stream().filter(pass::isLike).findFirst();
  }

  private static String tableText() {
    return "// The table of outputs: table.cuh.\n#include \"table.cuh\"\n\n"
        + TABLE_LAYOUT.text("table_arguments")
        + "extern \"C\" __global__ void __launch_bounds__("
        + TABLE_THREADS
        + ", "
        + TABLE_BLOCKS
        + ")\n    "
        + TABLE
        + "(const __grid_constant__ table_arguments arguments) {\n  backward_table<"
        + TABLE_THREADS
        + ">(arguments);\n}\n";
  }

  private static String interpreterText() {
    StringBuilder text =
        new StringBuilder("// The interpreter of programs: interpreter.cuh.\n")
            .append("#include \"integers.cuh\"\n\n")
            .append(InterpreterCode.declarations())
            .append("#include \"interpreter.cuh\"\n\n")
            .append(INTERPRETER_LAYOUT.text("interpreter_arguments"));
    for (Dtype dtype : Pass.DTYPES) {
      text.append(Pass.signature(INTERPRETER + "_" + dtype.label(), "interpreter_arguments"))
          .append(" {\n  interpret<")
          .append(Pass.typeName(dtype))
          .append(">(arguments);\n}\n");
    }
    return text.toString();
  }
}
