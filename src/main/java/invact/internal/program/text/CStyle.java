package invact.internal.program.text;

import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.util.List;

/**
 * A program as statements of a C-like language, a step a line: {@code float v7 = fmaf(v5, v6,
 * c2);}. Constants, parameters and inputs get no line of their own: each use spells them out.
 *
 * <p>A target overrides what it spells otherwise. The arithmetic is that of {@link Op} only if the
 * target neither contracts a·b + c nor takes denormals for 0.
 */
public abstract class CStyle {
  private final Program program;
  private final StringBuilder text = new StringBuilder();

  /**
   * A renderer of one program.
   *
   * @param program the program
   */
  protected CStyle(Program program) {
    this.program = program;
  }

  /**
   * The program that is rendered.
   *
   * @return the program
   */
  protected Program program() {
    return program;
  }

  /**
   * The statements of all steps.
   *
   * @param indent what each line begins with
   * @return lines, each with a line end
   */
  public String statements(String indent) {
    text.setLength(0);
    write(program.body(), indent);
    return text.toString();
  }

  /**
   * The name of an output's value.
   *
   * @param output one of the program's outputs
   * @return an operand
   */
  public String output(Program.Output output) {
    return operand(output.value());
  }

  /** An input, where it is used. */
  protected abstract String input(Program.Input input);

  /** A parameter of length 1, where it is used. */
  protected abstract String parameter(Program.Parameter parameter);

  /** The entry of a table. */
  protected abstract String lookup(Program.Parameter table, String index);

  /** A step whose value gets a name. */
  protected String declaration(Instruction step, String expression) {
    return type(step.type()) + " " + name(step.id()) + " = " + expression + ";";
  }

  /** The name of a value. */
  protected String name(int id) {
    return "v" + id;
  }

  /** The name of a type. */
  protected String type(Type type) {
    return switch (type) {
      case F32 -> "float";
      case F64 -> "double";
      case I32 -> "int32_t";
      case BOOL -> "bool";
    };
  }

  /** A number of an F32. */
  protected String number(float number) {
    return Float.isFinite(number) ? Float.toHexString(number) + "f" : special(number);
  }

  /** A number of an F64. */
  protected String number(double number) {
    return Double.isFinite(number) ? Double.toHexString(number) : special(number);
  }

  /** An infinity or NaN. */
  protected static String special(double number) {
    if (Double.isNaN(number)) {
      return "NAN";
    }
    return number > 0 ? "INFINITY" : "-INFINITY";
  }

  /** A number of an I32. */
  protected String number(int number) {
    return number == Integer.MIN_VALUE ? "INT32_MIN" : Integer.toString(number);
  }

  /** A value, where it is used. */
  protected final String operand(int id) {
    Instruction step = program.step(id);
    return switch (step.op()) {
      case INPUT -> input(program.inputs().get((int) step.number()));
      case PARAMETER -> parameter(program.parameters().get((int) step.number()));
      case CONSTANT ->
          switch (step.type()) {
            case F32 -> number(Float.intBitsToFloat((int) step.number()));
            case F64 -> number(step.constant());
            case I32, BOOL -> number((int) step.number());
          };
      default -> name(id);
    };
  }

  /** The value of a step, by its operands. */
  protected String expression(Instruction step) {
    List<String> o = step.operands().stream().map(this::operand).toList();
    String suffix = step.type() == Type.F64 ? "" : "f";
    return switch (step.op()) {
      case ADD -> step.type() == Type.I32 ? wrapping(o, "+") : infix(o, "+");
      case SUBTRACT -> step.type() == Type.I32 ? wrapping(o, "-") : infix(o, "-");
      case MULTIPLY -> infix(o, "*");
      case DIVIDE -> infix(o, "/");
      case FMA -> call("fma" + suffix, o);
      case SQRT -> call("sqrt" + suffix, o);
      case ABS -> call("fabs" + suffix, o);
      // Two signs in a row would be another operator.
      case NEGATE -> o.get(0).startsWith("-") ? "-(" + o.get(0) + ")" : "-" + o.get(0);
      case MAX -> o.get(0) + " < " + o.get(1) + " ? " + o.get(1) + " : " + o.get(0);
      case MIN -> o.get(0) + " > " + o.get(1) + " ? " + o.get(1) + " : " + o.get(0);
      case EXP -> step.type() == Type.F64 ? call("exp", o) : "(float)exp((double)" + o.get(0) + ")";
      case POWER -> "(float)pow((double)" + o.get(0) + ", (double)" + o.get(1) + ")";
      case RECIPROCAL -> "1.0f / " + o.get(0);
      case EXP2 -> "(float)exp2((double)" + o.get(0) + ")";
      case LT -> infix(o, "<");
      case GT -> infix(o, ">");
      case GE -> infix(o, ">=");
      case EQ -> infix(o, "==");
      case NOT -> "!" + o.get(0);
      case SELECT -> o.get(0) + " ? " + o.get(1) + " : " + o.get(2);
      case AND -> step.type() == Type.BOOL ? infix(o, "&&") : infix(o, "&");
      case OR -> infix(o, "|");
      case XOR -> infix(o, "^");
      case SHIFT_LEFT -> "(int32_t)((uint32_t)" + o.get(0) + " << " + step.number() + ")";
      case SHIFT_RIGHT -> "(int32_t)((uint32_t)" + o.get(0) + " >> " + step.number() + ")";
      case SHIFT_RIGHT_SIGNED -> o.get(0) + " >> " + step.number();
      case WIDEN -> "(double)" + o.get(0);
      case NARROW -> "(float)" + o.get(0);
      case LOOKUP -> {
        Program.Parameter table = program.parameters().get((int) step.number());
        yield table.length() == 1
            ? parameter(table)
            : lookup(table, o.get(0) + " & " + (table.length() - 1));
      }
      case BITS, FLOAT -> reinterpret(step, o.get(0));
      case INPUT, PARAMETER, CONSTANT, RARELY ->
          throw new IllegalStateException(step.op() + " is no expression");
    };
  }

  /** The bit pattern of a float, or the other way round. */
  protected abstract String reinterpret(Instruction step, String operand);

  /** The block of few elements. The value has been declared, and holds the one for the others. */
  protected String rarely(Instruction step, String body, String indent) {
    return indent
        + "if ("
        + operand(step.operand(0))
        + ") {\n"
        + body
        + indent
        + "  "
        + name(step.id())
        + " = "
        + operand(step.result())
        + ";\n"
        + indent
        + "}\n";
  }

  /** A function's call. */
  protected static String call(String function, List<String> operands) {
    return function + "(" + String.join(", ", operands) + ")";
  }

  private static String infix(List<String> operands, String operator) {
    return operands.get(0) + " " + operator + " " + operands.get(1);
  }

  /** Signed overflow is undefined in C; unsigned sums wrap. */
  private static String wrapping(List<String> operands, String operator) {
    return "(int32_t)((uint32_t)"
        + operands.get(0)
        + " "
        + operator
        + " (uint32_t)"
        + operands.get(1)
        + ")";
  }

  private void write(List<Instruction> block, String indent) {
    for (Instruction step : block) {
      switch (step.op()) {
        case INPUT, PARAMETER, CONSTANT -> {}
        case RARELY -> {
          text.append(indent).append(declaration(step, operand(step.operand(1)))).append('\n');
          int start = text.length();
          write(step.body(), indent + "  ");
          String body = text.substring(start);
          text.setLength(start);
          text.append(rarely(step, body, indent));
        }
        default -> text.append(indent).append(declaration(step, expression(step))).append('\n');
      }
    }
  }
}
