package invact.internal.program;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * A program as text, a step a line. Generated code carries these lines' numbers, so that a stack
 * trace through it leads here.
 */
public final class Listing {
  private final StringBuilder text = new StringBuilder();
  private final Map<Integer, Integer> lines = new HashMap<>();
  private final Program program;
  private int line = 1;

  private Listing(Program program) {
    this.program = program;
    StringJoiner inputs = new StringJoiner(", ", "(", ")");
    program.inputs().forEach(input -> inputs.add(input.name() + ": " + label(input.type())));
    add("program " + program.name() + inputs);
    for (Program.Parameter parameter : program.parameters()) {
      add(
          "  data "
              + parameter.name()
              + (parameter.length() == 1 ? "" : "[" + parameter.length() + "]")
              + ": "
              + label(parameter.type()));
    }
    write(program.body(), "  ");
    program.outputs().forEach(output -> add("  " + output.name() + " = v" + output.value()));
  }

  /**
   * The listing of a program.
   *
   * @param program the program
   * @return the listing
   */
  public static Listing of(Program program) {
    return new Listing(program);
  }

  /**
   * The text.
   *
   * @return lines, each with a line end
   */
  public String text() {
    return text.toString();
  }

  /**
   * The line of a step.
   *
   * @param id the number of its value
   * @return the line, the first being 1
   */
  public int line(int id) {
    return lines.get(id);
  }

  private void write(List<Instruction> block, String indent) {
    for (Instruction step : block) {
      lines.put(step.id(), line);
      String start = indent + "v" + step.id() + ": " + label(step.type()) + " = " + step(step);
      if (step.op() == Op.RARELY) {
        add(start + " {");
        write(step.body(), indent + "  ");
        add(indent + "  v" + step.result());
        add(indent + "}");
      } else {
        add(start);
      }
    }
  }

  private String step(Instruction step) {
    String name = step.op().name().toLowerCase(Locale.ROOT);
    StringJoiner operands = new StringJoiner(", ", "(", ")");
    step.operands().forEach(operand -> operands.add("v" + operand));
    return switch (step.op()) {
      case INPUT -> program.inputs().get((int) step.number()).name();
      case PARAMETER -> program.parameters().get((int) step.number()).name();
      case CONSTANT ->
          switch (step.type()) {
            case F32 -> Float.toHexString(Float.intBitsToFloat((int) step.number()));
            case F64 -> Double.toHexString(step.constant());
            case I32, BOOL -> Integer.toString((int) step.number());
          };
      case LOOKUP ->
          program.parameters().get((int) step.number()).name() + "[v" + step.operand(0) + "]";
      case SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED ->
          name + "(v" + step.operand(0) + ", " + step.number() + ")";
      default -> name + operands;
    };
  }

  private void add(String content) {
    text.append(content).append('\n');
    line++;
  }

  private static String label(Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
