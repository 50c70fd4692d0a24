package invact.internal.program.text;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A program with its data as Python statements: {@code v1 = fma(v1, v0, 0.5)}. Data and constants
 * stand as numbers where they are used, and so do short expressions that are used once; a name is
 * given again when its value is no longer needed, so that few tensors live at a time. {@link
 * Op#RARELY} computes both of its values.
 *
 * <p>A target says how it spells the operations.
 */
abstract class PythonStyle {
  /** A longer expression gets a name. */
  private static final int LONGEST_INLINE = 36;

  /** The same of what is returned. */
  private static final int LONGEST_RETURNED = 80;

  private final Computation computation;
  private final List<Instruction> steps = new ArrayList<>();
  private final Map<Integer, Integer> uses = new HashMap<>();
  private final Map<Integer, Text> texts = new HashMap<>();
  private final Map<Type, Deque<String>> free = new EnumMap<>(Type.class);
  private final Map<Type, Integer> names = new EnumMap<>(Type.class);

  /**
   * An expression.
   *
   * @param text how it is written
   * @param binds whether it stays together next to an operator
   * @param held the values with names in it, one as often as it occurs
   */
  private record Text(String text, boolean binds, List<Integer> held) {
    static Text atom(String text) {
      return new Text(text, true, List.of());
    }

    String operand() {
      return binds ? text : "(" + text + ")";
    }
  }

  PythonStyle(Computation computation) {
    this.computation = computation;
    for (Type type : Type.values()) {
      free.put(type, new ArrayDeque<>());
    }
  }

  /**
   * The statements of all steps, and the return of all outputs.
   *
   * @param indent what each line begins with
   * @return lines, each with a line end
   */
  final String body(String indent) {
    program().forEach(steps::add);
    for (Instruction step : steps) {
      step.operands().forEach(this::count);
      if (step.op() == Op.RARELY) {
        count(step.result());
      }
    }
    program().outputs().forEach(output -> count(output.value()));
    List<String> lines = new ArrayList<>();
    steps.forEach(step -> write(step, lines));
    lines.add(
        "return "
            + program().outputs().stream()
                .map(output -> texts.get(output.value()).text())
                .collect(Collectors.joining(", ")));
    return lines.stream().map(line -> indent + line + "\n").collect(Collectors.joining());
  }

  private void count(int id) {
    uses.merge(id, 1, Integer::sum);
  }

  final Program program() {
    return computation.program();
  }

  /** The first input, which has the shape of all values. */
  final String like() {
    return program().inputs().getFirst().name();
  }

  /** A call of a step's operands, or an operator's use. */
  abstract String expression(Instruction step, List<String> operands);

  /** The entry of a table of a type at an index. */
  abstract String lookup(Type type, List<String> entries, String index);

  /** A selection of values of a type. */
  abstract String where(Type type, String condition, String yes, String no);

  /** A tensor, all of whose elements are a number. */
  abstract String full(Type type, String number);

  private void write(Instruction step, List<String> lines) {
    switch (step.op()) {
      case INPUT -> texts.put(step.id(), Text.atom(input(step)));
      case PARAMETER -> texts.put(step.id(), entries(step).getFirst());
      case CONSTANT -> texts.put(step.id(), constant(step));
      default -> compute(step, lines);
    }
  }

  private String input(Instruction step) {
    return program().inputs().get((int) step.number()).name();
  }

  private void compute(Instruction step, List<String> lines) {
    List<Integer> operands = new ArrayList<>(step.operands());
    if (step.op() == Op.RARELY) {
      operands.add(1, step.result());
    }
    Text text = text(step, operands);
    boolean isOutput = program().outputs().stream().anyMatch(o -> o.value() == step.id());
    int longest = isOutput ? LONGEST_RETURNED : step.op() == Op.FMA ? 0 : LONGEST_INLINE;
    if (uses.get(step.id()) == 1 && text.text().length() <= longest) {
      texts.put(step.id(), text);
      return;
    }
    // The names in the expression are free where no other value needs them.
    for (int id : text.held()) {
      if (uses.merge(id, -1, Integer::sum) == 0) {
        free.get(program().step(id).type()).push(texts.get(id).text());
      }
    }
    String name = name(step.type());
    lines.add(name + " = " + text.text());
    texts.put(step.id(), new Text(name, true, List.of(step.id())));
  }

  private String name(Type type) {
    Deque<String> known = free.get(type);
    if (!known.isEmpty()) {
      return known.pop();
    }
    int number = names.merge(type, 1, Integer::sum) - 1;
    return switch (type) {
          case F32 -> "v";
          case F64 -> "w";
          case I32 -> "k";
          case BOOL -> "is";
        }
        + number;
  }

  private Text text(Instruction step, List<Integer> operands) {
    List<Text> o = operands.stream().map(texts::get).toList();
    List<Integer> held = o.stream().flatMap(text -> text.held().stream()).toList();
    if (step.op() == Op.LOOKUP) {
      List<Text> entries = entries(step);
      List<String> numbers = entries.stream().map(Text::text).toList();
      return entries.size() == 1
          ? entries.getFirst()
          : new Text(
              lookup(
                  step.type(), numbers, tensors(step, List.of(o.getFirst().operand())).getFirst()),
              true,
              held);
    }
    boolean isCall = isCall(step);
    List<String> spelled =
        tensors(step, o.stream().map(isCall ? Text::text : Text::operand).toList());
    String text =
        switch (step.op()) {
          case SELECT, RARELY -> where(step.type(), spelled.get(0), spelled.get(1), spelled.get(2));
          case ADD -> sum(spelled.get(0), spelled.get(1));
          case SUBTRACT -> difference(spelled.get(0), spelled.get(1));
          case MULTIPLY -> infix(spelled, "*");
          case LT -> infix(spelled, "<");
          case GT -> infix(spelled, ">");
          case GE -> infix(spelled, ">=");
          case EQ -> infix(spelled, "==");
          case AND -> infix(spelled, "&");
          case OR -> infix(spelled, "|");
          case XOR -> infix(spelled, "^");
          case NOT -> "~" + spelled.get(0);
          case SHIFT_LEFT -> spelled.get(0) + " << " + step.number();
          case SHIFT_RIGHT_SIGNED -> spelled.get(0) + " >> " + step.number();
          default -> expression(step, spelled);
        };
    return new Text(text, isCall || isMethod(step.op()), held);
  }

  /**
   * Operands, the first as a tensor if no tensor would take part: Python computes with numbers in
   * fp64.
   */
  private List<String> tensors(Instruction step, List<String> operands) {
    boolean isSelection = step.op() == Op.SELECT || step.op() == Op.RARELY;
    if (isSelection || !operands.stream().limit(2).allMatch(PythonStyle::isNumber)) {
      return operands;
    }
    List<String> tensors = new ArrayList<>(operands);
    tensors.set(0, full(program().step(step.operand(0)).type(), operands.getFirst()));
    return tensors;
  }

  /** Whether operands are a call's arguments, which need no parentheses. */
  boolean isCall(Instruction step) {
    return switch (step.op()) {
      case SQRT, ABS, MAX, MIN, EXP, RECIPROCAL, EXP2, SELECT, RARELY -> true;
      default -> false;
    };
  }

  private static boolean isMethod(Op op) {
    return switch (op) {
      case BITS, FLOAT, WIDEN, NARROW -> true;
      default -> false;
    };
  }

  private Text constant(Instruction step) {
    return switch (step.type()) {
      case F32 -> Text.atom(number(Float.intBitsToFloat((int) step.number())));
      case F64 -> Text.atom(number(step.constant()));
      case I32, BOOL -> Text.atom(Long.toString(step.number()));
    };
  }

  /** An F32, as the shortest decimal that rounds to it. */
  String number(float number) {
    return python(number, Float.toString(number));
  }

  /** An F64, likewise. */
  String number(double number) {
    return python(number, Double.toString(number));
  }

  private static String python(double number, String decimal) {
    if (Double.isNaN(number)) {
      return "float(\"nan\")";
    }
    if (Double.isInfinite(number)) {
      return "float(\"" + (number > 0 ? "" : "-") + "inf\")";
    }
    return decimal.replace('E', 'e');
  }

  /** The data of a parameter. */
  private List<Text> entries(Instruction step) {
    Program.Parameter parameter = program().parameters().get((int) step.number());
    return Arrays.stream(computation.data(parameter))
        .mapToObj(bits ->
            parameter.type() == Type.F32
                ? number(Float.intBitsToFloat(bits))
                : Integer.toString(bits))
        .map(Text::atom)
        .toList();
  }

  /** Whether a text is a number. */
  static boolean isNumber(String text) {
    return text.matches("-?[0-9.]+(e-?[0-9]+)?|float\\(\"[a-z-]*\"\\)");
  }

  /** Whether a text is a number that can be added by subtracting its opposite. */
  private static boolean isNegative(String text) {
    return isNumber(text)
        && text.startsWith("-")
        && !text.equals("-0.0")
        && !text.equals(Integer.toString(Integer.MIN_VALUE));
  }

  /** a + b. */
  static String sum(String a, String b) {
    if (b.startsWith("(-v") && b.indexOf(')') == b.length() - 1) {
      return a + " - " + b.substring(2, b.length() - 1);
    }
    return isNegative(b) ? a + " - " + b.substring(1) : a + " + " + b;
  }

  private static String difference(String a, String b) {
    return isNegative(b) ? a + " + " + b.substring(1) : a + " - " + b;
  }

  /**
   * Whether an operand of a step is a zero, whose sign a target's minimum or maximum might not
   * give.
   */
  final boolean isZero(Instruction step, int operand) {
    Instruction bound = program().step(step.operand(operand));
    return bound.op() == Op.CONSTANT
        && switch (bound.type()) {
          case F32 -> Float.intBitsToFloat((int) bound.number()) == 0;
          case F64 -> bound.constant() == 0;
          case I32, BOOL -> false;
        };
  }

  /** Two operands with an operator between them. */
  static String infix(List<String> operands, String operator) {
    return operands.get(0) + " " + operator + " " + operands.get(1);
  }
}
