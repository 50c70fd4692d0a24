package invact.program.text;

import invact.program.Computation;
import invact.program.Instruction;
import invact.program.Program;
import invact.program.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A program with its data as Python statements, a step a line: {@code v7 = fma(v5, v6, 0.5)}. Data
 * and constants stand as numbers where they are used. {@link invact.program.Op#RARELY} computes
 * both of its values.
 *
 * <p>A target says how it spells the operations.
 */
abstract class PythonStyle {
  private final Computation computation;
  private final List<String> lines = new ArrayList<>();

  PythonStyle(Computation computation) {
    this.computation = computation;
  }

  /**
   * The statements of all steps, and the return of all outputs.
   *
   * @param indent what each line begins with
   * @return lines, each with a line end
   */
  final String body(String indent) {
    lines.clear();
    write(program().body());
    lines.add(
        "return "
            + program().outputs().stream()
                .map(output -> operand(output.value()))
                .collect(Collectors.joining(", ")));
    return lines.stream().map(line -> indent + line + "\n").collect(Collectors.joining());
  }

  final Program program() {
    return computation.program();
  }

  /** A step by the text of its operands. */
  abstract String expression(Instruction step, List<String> operands);

  /** The entry of a table at an index. */
  abstract String lookup(List<String> entries, String index);

  /** A value where it is used. */
  final String operand(int id) {
    Instruction step = program().step(id);
    return switch (step.op()) {
      case INPUT -> program().inputs().get((int) step.number()).name();
      case PARAMETER -> number(entries((int) step.number())[0]);
      case CONSTANT ->
          step.type() == Type.F32
              ? number(Float.intBitsToFloat((int) step.number()))
              : step.type() == Type.F64
                  ? Double.toString(step.constant())
                  : Long.toString(step.number());
      default -> "v" + id;
    };
  }

  /** An fp32 number, as the shortest decimal that rounds to it. */
  static String number(float number) {
    if (Float.isInfinite(number)) {
      return "float(\"" + (number > 0 ? "" : "-") + "inf\")";
    }
    return Float.toString(number).replace('E', 'e');
  }

  private float[] entries(int parameter) {
    int[] bits = computation.data(program().parameters().get(parameter));
    float[] entries = new float[bits.length];
    for (int j = 0; j < bits.length; j++) {
      entries[j] = Float.intBitsToFloat(bits[j]);
    }
    return entries;
  }

  private void write(List<Instruction> block) {
    for (Instruction step : block) {
      switch (step.op()) {
        case INPUT, PARAMETER, CONSTANT -> {}
        case RARELY -> {
          write(step.body());
          lines.add(name(step) + choose(operand(step.operand(0)), step));
        }
        case LOOKUP -> lines.add(name(step) + table(step));
        default -> {
          List<String> operands = step.operands().stream().map(this::operand).toList();
          lines.add(name(step) + expression(step, operands));
        }
      }
    }
  }

  /** The value of a block, or the other one. */
  abstract String where(String condition, String yes, String no);

  private String choose(String condition, Instruction step) {
    return where(condition, operand(step.result()), operand(step.operand(1)));
  }

  private String table(Instruction step) {
    float[] entries = entries((int) step.number());
    List<String> numbers = new ArrayList<>();
    for (float entry : entries) {
      numbers.add(number(entry));
    }
    return numbers.size() == 1 ? numbers.getFirst() : lookup(numbers, operand(step.operand(0)));
  }

  private static String name(Instruction step) {
    return "v" + step.id() + " = ";
  }

  /** Two operands with an operator between them. */
  static String infix(List<String> operands, String operator) {
    return operands.get(0) + " " + operator + " " + operands.get(1);
  }
}
