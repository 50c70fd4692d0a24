package invact.internal.program.text;

import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * A program as statements of CUDA C on a group of {@code GROUP} elements, which one thread has in
 * arrays. Inputs are arrays of their names, but a BOOL one, which is a bit of {@code bits} for each
 * element; parameters are members of {@code arguments}. The functions that the statements call
 * stand in {@code instructions.cuh}.
 *
 * <p>Tables are in shared memory: {@link SharedTables}. A comparison is part of the selection that
 * takes it: one instruction, of which a compiler makes no branch.
 */
public final class CudaText extends CStyle {
  /** Which statements share a loop over the group. */
  public enum Order {
    /** Each step has a loop of its own, so that a parameter is fetched once for the group. */
    STEPS,
    /** One loop has all steps, so that few values are held at once. */
    ELEMENTS
  }

  /** How operations that take many instructions are computed. */
  public enum Arithmetic {
    /** As {@link Op} says; EXP and POWER by CUDA's functions, to 2 ulp and 8. */
    EXACT,
    /**
     * Quotients and roots as {@link Op} says, but with numbers near 1 alone; EXP and POWER by
     * estimates of 2ˣ and log₂x. A divisor lies in (2⁻⁶⁰, 2⁶⁰) in size, a dividend below 2⁶⁰, a
     * radicand in [2⁻¹⁰⁰, ∞); a power is that of a number in [0, 1] to an exponent above 0. Where
     * operands are others, the program selects another value.
     */
    NEAR_ONE,
    /** As {@link #NEAR_ONE}, but roots to 1 ulp and quotients to 3. */
    ESTIMATED
  }

  private static final String EACH = "EACH ";

  private final Order order;
  private final Arithmetic arithmetic;

  private final SharedTables tables;

  /** The loop that each step stands in; the block of a RARELY is one of its own. */
  private final Map<Integer, Integer> loops = new HashMap<>();

  /** Values that outlive their loop, or have one each. */
  private final Set<Integer> arrays = new HashSet<>();

  /** Steps in blocks. */
  private final Set<Integer> inBlock = new HashSet<>();

  /** The vectors of table entries that the loop being written has read: index and number. */
  private final Set<String> vectors = new HashSet<>();

  /**
   * A renderer of one program.
   *
   * @param program the program
   * @param order which statements share a loop
   * @param arithmetic how operations of many instructions are computed
   */
  public CudaText(Program program, Order order, Arithmetic arithmetic) {
    super(program);
    this.order = order;
    this.arithmetic = arithmetic;
    assignLoops();
    boolean isLookedUpInBlock = inBlock.stream().anyMatch(id -> program.step(id).op() == Op.LOOKUP);
    tables = new SharedTables(program, order == Order.ELEMENTS && !isLookedUpInBlock);
  }

  private Program.Parameter table(Instruction lookup) {
    return program().parameters().get((int) lookup.number());
  }

  private void assignLoops() {
    int loop = 0;
    for (Instruction step : program().body()) {
      if (step.op() == Op.RARELY) {
        loop++;
        for (Instruction inner : step.body()) {
          if (inner.op() == Op.RARELY) {
            throw new IllegalArgumentException("a block in a block");
          }
          inBlock.add(inner.id());
          loops.put(inner.id(), loop);
        }
        arrays.add(step.id());
        loops.put(step.id(), loop++);
      } else {
        loops.put(step.id(), loop);
        if (order == Order.STEPS) {
          loop++;
        }
      }
    }
    program().forEach(step -> step.operands().forEach(operand -> require(operand, step.id())));
    program().outputs().forEach(output -> arrays.add(output.value()));
    arrays.removeAll(inBlock);
  }

  /** An operand of another loop is in an array; of a BOOL its operands are. */
  private void require(int operand, int user) {
    Instruction step = program().step(operand);
    if (step.type() == Type.BOOL) {
      step.operands().forEach(inner -> require(inner, user));
    } else if (!loops.get(operand).equals(loops.get(user))) {
      arrays.add(operand);
    }
  }

  @Override
  public String statements(String indent) {
    StringBuilder text = new StringBuilder();
    StringBuilder loop = new StringBuilder();
    for (Instruction step : program().body()) {
      if (step.op() == Op.RARELY) {
        close(loop, indent, text);
        writeBlock(step, indent, text);
      } else if (isStatement(step)) {
        String inner = order == Order.ELEMENTS ? indent + "  " : indent + EACH;
        String statement = statement(step, inner);
        if (arrays.contains(step.id())) {
          text.append(indent).append(type(step.type())).append(" v").append(step.id());
          text.append("[GROUP];\n");
        }
        (order == Order.ELEMENTS ? loop : text).append(statement);
      }
    }
    close(loop, indent, text);
    return text.toString();
  }

  private void close(StringBuilder loop, String indent, StringBuilder text) {
    if (!loop.isEmpty()) {
      text.append(indent).append(EACH).append("{\n").append(loop).append(indent).append("}\n");
      loop.setLength(0);
    }
    vectors.clear();
  }

  private void writeBlock(Instruction step, String indent, StringBuilder text) {
    String value = name(step.id());
    String flag = "rare" + step.id();
    String condition = operand(step.operand(0));
    text.append(indent).append(type(step.type())).append(" v").append(step.id());
    text.append("[GROUP];\n").append(indent).append("bool ").append(flag).append(" = false;\n");
    text.append(indent).append(EACH).append("{\n");
    text.append(indent).append("  ").append(value).append(" = ");
    text.append(operand(step.operand(1))).append(";\n");
    text.append(indent).append("  ").append(flag).append(" |= ").append(condition).append(";\n");
    text.append(indent).append("}\n");
    text.append(indent).append("if (").append(flag).append(") {\n");
    text.append(indent).append("  ").append(EACH).append("if (").append(condition).append(") {\n");
    for (Instruction inner : step.body()) {
      if (isStatement(inner)) {
        text.append(statement(inner, indent + "    "));
      }
    }
    text.append(indent).append("    ").append(value).append(" = ");
    text.append(operand(step.result())).append(";\n");
    text.append(indent).append("  }\n").append(indent).append("}\n");
  }

  /** Whether a step has a statement; others stand where they are used. */
  private boolean isStatement(Instruction step) {
    return switch (step.op()) {
      case INPUT, PARAMETER, CONSTANT -> false;
      case LOOKUP -> table(step).length() > 1;
      default -> step.type() != Type.BOOL;
    };
  }

  private String statement(Instruction step, String indent) {
    StringBuilder text = new StringBuilder();
    if (step.op() == Op.LOOKUP && tables.arePacked() && vectors.add(tables.vector(step))) {
      text.append(indent).append(tables.readVector(step, index(step))).append('\n');
    }
    text.append(indent);
    if (!arrays.contains(step.id())) {
      text.append("const ").append(type(step.type())).append(' ');
    }
    return text.append(name(step.id()))
        .append(" = ")
        .append(expression(step))
        .append(";\n")
        .toString();
  }

  /**
   * The declaration of the tables and the statements that fill them, to be run by all threads of a
   * block.
   *
   * @param indent what each line begins with
   * @param firstWord where the program's data begin in {@code arguments}, in words of 32 bits
   * @return lines; nothing if the program looks nothing up
   */
  public String tableSetup(String indent, int firstWord) {
    return tables.setup(indent, firstWord);
  }

  @Override
  protected String name(int id) {
    Instruction step = program().step(id);
    if (step.type() == Type.BOOL) {
      return "(" + expression(step) + ")";
    }
    if (step.op() == Op.LOOKUP && table(step).length() == 1) {
      return parameter(table(step));
    }
    return arrays.contains(id) ? "v" + id + "[j]" : "v" + id;
  }

  @Override
  protected String input(Program.Input input) {
    return input.type() == Type.BOOL ? "(bits & 1u << j)" : input.name() + "[j]";
  }

  @Override
  protected String parameter(Program.Parameter parameter) {
    return "arguments." + parameter.name();
  }

  @Override
  protected String lookup(Program.Parameter table, String index) {
    throw new IllegalStateException("look-ups are written with their steps");
  }

  private String lookup(Instruction step) {
    String entry = tables.entry(step, index(step));
    return step.type() == Type.I32 ? "__float_as_int(" + entry + ")" : entry;
  }

  /** The index of a look-up, its upper bits cleared where they may be set. */
  private String index(Instruction lookup) {
    int last = table(lookup).length() - 1;
    String index = operand(lookup.operand(0));
    return largest(program().step(lookup.operand(0))) <= last
        ? index
        : "(" + index + " & " + last + ")";
  }

  /** The largest value of a step that is never negative; more than any index of others. */
  private long largest(Instruction step) {
    return switch (step.op()) {
      case CONSTANT -> step.number() < 0 ? Integer.MAX_VALUE : step.number();
      case ADD -> largest(step, 0) + largest(step, 1);
      case SELECT -> Math.max(largest(step, 1), largest(step, 2));
      case AND -> Math.min(largest(step, 0), largest(step, 1));
      default -> Integer.MAX_VALUE;
    };
  }

  private long largest(Instruction step, int operand) {
    return largest(program().step(step.operand(operand)));
  }

  @Override
  protected String reinterpret(Instruction step, String operand) {
    return (step.op() == Op.BITS ? "__float_as_int(" : "__int_as_float(") + operand + ")";
  }

  @Override
  protected String number(float number) {
    return Float.isFinite(number)
        ? super.number(number)
        : "__int_as_float(" + number(Float.floatToRawIntBits(number)) + ")";
  }

  @Override
  protected String number(double number) {
    return Double.isFinite(number)
        ? super.number(number)
        : "__longlong_as_double(" + Double.doubleToRawLongBits(number) + "LL)";
  }

  @Override
  protected String number(int number) {
    return number == Integer.MIN_VALUE ? "(-2147483647 - 1)" : super.number(number);
  }

  @Override
  protected String expression(Instruction step) {
    boolean isFloat = step.type() == Type.F32;
    boolean isExact = arithmetic == Arithmetic.EXACT;
    return switch (step.op()) {
      case MAX -> isFloat ? call(step, "max_nan") : ordinary(step, "max");
      case MIN -> isFloat ? call(step, "min_nan") : ordinary(step, "min");
      case ABS -> isFloat ? call(step, "fabsf") : call(step, "fabs");
      case SQRT ->
          isFloat ? call(step, isExact ? "__fsqrt_rn" : near("root")) : super.expression(step);
      case DIVIDE ->
          isFloat ? call(step, isExact ? "__fdiv_rn" : near("quotient")) : super.expression(step);
      case EXP -> isFloat ? call(step, isExact ? "expf" : "approximate_exp") : call(step, "exp");
      case POWER -> call(step, isExact ? "powf" : "approximate_power");
      case RECIPROCAL -> call(step, "approximate_reciprocal");
      case EXP2 -> call(step, "approximate_exp2");
      case SELECT -> select(step);
      case LOOKUP -> lookup(step);
      default -> super.expression(step);
    };
  }

  private String near(String function) {
    return "near_" + function + "<" + (arithmetic == Arithmetic.NEAR_ONE) + ">";
  }

  private String call(Instruction step, String function) {
    return call(function, step.operands().stream().map(this::operand).toList());
  }

  /** Greatest and least of integers are functions, of fp64 a selection. */
  private String ordinary(Instruction step, String function) {
    return step.type() == Type.I32 ? call(step, function) : super.expression(step);
  }

  private String select(Instruction step) {
    if (step.type() == Type.F64) {
      return super.expression(step);
    }
    Instruction condition = program().step(step.operand(0));
    StringJoiner operands = new StringJoiner(", ", "(", ")");
    String compare =
        switch (condition.op()) {
          case LT -> "less";
          case GT -> "greater";
          case GE -> "at_least";
          case EQ -> "equal";
          default -> null;
        };
    boolean isFused = compare != null && program().step(condition.operand(0)).type() != Type.F64;
    if (isFused) {
      condition.operands().forEach(operand -> operands.add(operand(operand)));
    } else {
      operands.add(operand(condition.id()));
    }
    operands.add(operand(step.operand(1))).add(operand(step.operand(2)));
    return "select_" + (isFused ? compare : "bit") + operands;
  }
}
