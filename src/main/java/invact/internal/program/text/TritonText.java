package invact.internal.program.text;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A program as the body of a Triton device function: inputs are its parameters, F32 tensors, BOOL
 * ones masks; {@code PTX} is a constexpr, true where inline assembly may be used. {@code
 * _reciprocal(x, PTX)} is 1/x, {@code _pick(index, c0, …, c7)} the entry of a table, {@code
 * _negative_zero(x)} −0 for each element of x.
 *
 * <p>Division and root are the correctly rounded ones if results are wanted exactly; otherwise the
 * compiler's faster ones, off by 2 ulp.
 */
public final class TritonText extends PythonStyle {
  private static final String NAN = ", propagate_nan=tl.PropagateNan.ALL)";

  /** The entries of a table that {@code _pick} takes. */
  private static final int PICKED = 8;

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
  boolean isCall(Instruction step) {
    return step.op() == Op.FMA || isRounded(step, Op.DIVIDE) || super.isCall(step);
  }

  /** Whether a step is an operation that Triton has as a correctly rounded function of its own. */
  private boolean isRounded(Instruction step, Op op) {
    return isExact && step.op() == op && step.type() == Type.F32;
  }

  @Override
  String expression(Instruction step, List<String> o) {
    return switch (step.op()) {
      case FMA -> fma(o);
      case DIVIDE ->
          isRounded(step, Op.DIVIDE)
              ? "tl.div_rn(" + tensor(o.get(0)) + ", " + tensor(o.get(1)) + ")"
              : infix(o, "/");
      // Triton 3.6 computes -x as 0 - x, which makes +0 of +0.
      case NEGATE -> o.get(0) + " * -1.0";
      case SQRT -> (isRounded(step, Op.SQRT) ? "tl.sqrt_rn(" : "tl.sqrt(") + o.get(0) + ")";
      case ABS -> "tl.abs(" + o.get(0) + ")";
      case MAX ->
          isZero(step, 1)
              ? where(step.type(), o.get(0) + " < 0.0", o.get(1), o.get(0))
              : "tl.maximum(" + String.join(", ", o) + nan(step);
      case MIN ->
          isZero(step, 1)
              ? where(step.type(), o.get(0) + " > 0.0", o.get(1), o.get(0))
              : "tl.minimum(" + String.join(", ", o) + nan(step);
      case EXP -> "tl.exp(" + o.get(0) + ")";
      case POWER -> "tl.exp2(" + o.get(1) + " * tl.log2(" + o.get(0) + "))";
      case RECIPROCAL -> "_reciprocal(" + o.get(0) + ", PTX)";
      case EXP2 -> "tl.exp2(" + o.get(0) + ")";
      case SHIFT_RIGHT ->
          "(" + o.get(0) + " >> " + step.number() + ") & " + (-1 >>> (int) step.number());
      case BITS -> o.get(0) + ".to(tl.int32, bitcast=True)";
      case FLOAT -> o.get(0) + ".to(tl.float32, bitcast=True)";
      case WIDEN -> o.get(0) + ".to(tl.float64)";
      case NARROW -> o.get(0) + ".to(tl.float32)";
      default -> throw new IllegalStateException(step.op() + " is no expression");
    };
  }

  /** The variable first. */
  private static String fma(List<String> o) {
    List<String> arguments = new ArrayList<>(o);
    if (isNumber(arguments.get(0))) {
      Collections.swap(arguments, 0, 1);
    }
    return "tl.fma(" + String.join(", ", arguments) + ")";
  }

  /** div_rn takes tensors alone. */
  private String tensor(String operand) {
    return isNumber(operand) ? full(Type.F32, operand) : operand;
  }

  @Override
  String full(Type type, String number) {
    String dtype =
        switch (type) {
          case F32 -> "float32";
          case F64 -> "float64";
          case I32 -> "int32";
          case BOOL -> "int1";
        };
    return "tl.full(" + like() + ".shape, " + number + ", tl." + dtype + ")";
  }

  /** Triton takes a subnormal number for fp64, and makes +0 of −0. */
  @Override
  String number(float number) {
    if (Float.floatToRawIntBits(number) == Integer.MIN_VALUE) {
      return "_negative_zero(" + like() + ")";
    }
    boolean isSubnormal = number != 0 && Math.abs(number) < Float.MIN_NORMAL;
    return isSubnormal ? full(Type.F32, super.number(number)) : super.number(number);
  }

  @Override
  String number(double number) {
    return full(Type.F64, super.number(number));
  }

  private static String nan(Instruction step) {
    return step.type() == Type.I32 ? ")" : NAN;
  }

  @Override
  String where(Type type, String condition, String yes, String no) {
    return "tl.where(" + condition + ", " + yes + ", " + no + ")";
  }

  @Override
  String lookup(Type type, List<String> entries, String index) {
    if (entries.size() > PICKED) {
      throw new IllegalArgumentException("a table of " + entries.size() + " entries");
    }
    List<String> all = new ArrayList<>();
    for (int j = 0; j < PICKED; j++) {
      all.add(entries.get(j % entries.size()));
    }
    return "_pick(" + index + ", " + String.join(", ", all) + ")";
  }
}
