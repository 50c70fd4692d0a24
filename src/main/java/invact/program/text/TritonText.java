package invact.program.text;

import invact.program.Computation;
import invact.program.Instruction;
import invact.program.Type;
import java.util.List;

/**
 * A program as the body of a Triton device function: inputs are its parameters, F32 tensors, BOOL
 * ones masks; {@code PTX} is a constexpr, true where inline assembly may be used.
 *
 * <p>fma, division and root are the correctly rounded ones if results are wanted exactly; otherwise
 * the compiler's faster ones, off by 2 ulp.
 */
public final class TritonText extends PythonStyle {
  private static final String NAN = ", propagate_nan=tl.PropagateNan.ALL)";

  private final boolean isExact;

  private TritonText(Computation computation, boolean isExact) {
    super(computation);
    this.isExact = isExact;
  }

  /**
   * The body of a function.
   *
   * @param computation the program and its data; tables have at most eight entries
   * @param isExact whether roots and quotients are correctly rounded
   * @return lines, indented by four spaces
   */
  public static String body(Computation computation, boolean isExact) {
    return new TritonText(computation, isExact).body("    ");
  }

  @Override
  String expression(Instruction step, List<String> o) {
    return switch (step.op()) {
      case ADD -> infix(o, "+");
      case SUBTRACT -> infix(o, "-");
      case MULTIPLY -> infix(o, "*");
      case FMA -> "tl.fma(" + String.join(", ", o) + ")";
      case DIVIDE -> quotient(step, o);
      case SQRT -> (isExact ? "tl.sqrt_rn(" : "tl.sqrt(") + o.get(0) + ")";
      case NEGATE -> "-" + o.get(0);
      case ABS -> "tl.abs(" + o.get(0) + ")";
      case MAX -> "tl.maximum(" + String.join(", ", o) + nan(step);
      case MIN -> "tl.minimum(" + String.join(", ", o) + nan(step);
      case EXP -> "tl.exp(" + o.get(0) + ")";
      case POWER -> "tl.exp2(" + o.get(1) + " * tl.log2(" + o.get(0) + "))";
      case RECIPROCAL -> "_reciprocal(" + o.get(0) + ", PTX)";
      case EXP2 -> "tl.exp2(" + o.get(0) + ")";
      case LT -> infix(o, "<");
      case GT -> infix(o, ">");
      case GE -> infix(o, ">=");
      case EQ -> infix(o, "==");
      case NOT -> "~" + o.get(0);
      case SELECT -> where(o.get(0), o.get(1), o.get(2));
      case AND -> infix(o, "&");
      case OR -> infix(o, "|");
      case XOR -> infix(o, "^");
      case SHIFT_LEFT -> o.get(0) + " << " + step.number();
      case SHIFT_RIGHT ->
          "("
              + o.get(0)
              + ".to(tl.uint32, bitcast=True) >> "
              + step.number()
              + ").to(tl.int32, bitcast=True)";
      case SHIFT_RIGHT_SIGNED -> o.get(0) + " >> " + step.number();
      case BITS -> o.get(0) + ".to(tl.int32, bitcast=True)";
      case FLOAT -> o.get(0) + ".to(tl.float32, bitcast=True)";
      case WIDEN -> o.get(0) + ".to(tl.float64)";
      case NARROW -> o.get(0) + ".to(tl.float32)";
      case INPUT, PARAMETER, CONSTANT, LOOKUP, RARELY ->
          throw new IllegalStateException(step.op() + " is no expression");
    };
  }

  private static String nan(Instruction step) {
    return step.type() == Type.I32 ? ")" : NAN;
  }

  /** div_rn takes tensors alone. */
  private String quotient(Instruction step, List<String> o) {
    if (!isExact) {
      return infix(o, "/");
    }
    boolean isNumber = isNumber(step.operand(0));
    String above =
        isNumber ? "tl.full(" + o.get(1) + ".shape, " + o.get(0) + ", tl.float32)" : o.get(0);
    String below =
        isNumber(step.operand(1))
            ? "tl.full(" + o.get(0) + ".shape, " + o.get(1) + ", tl.float32)"
            : o.get(1);
    return "tl.div_rn(" + above + ", " + below + ")";
  }

  private boolean isNumber(int id) {
    return switch (program().step(id).op()) {
      case CONSTANT, PARAMETER -> true;
      default -> false;
    };
  }

  @Override
  String where(String condition, String yes, String no) {
    return "tl.where(" + condition + ", " + yes + ", " + no + ")";
  }

  @Override
  String lookup(List<String> entries, String index) {
    return "_pick(" + index + ", " + String.join(", ", entries) + ")";
  }
}
