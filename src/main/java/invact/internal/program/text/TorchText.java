package invact.internal.program.text;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Type;
import java.util.List;

/**
 * A program as the body of a function of plain PyTorch operations on fp32 tensors. {@code _wide(x)}
 * is x in fp64.
 *
 * <p>PyTorch has no fused multiply-add. Each product is rounded, and a result differs from the
 * program's by a few ulp of the larger summand. PyTorch's square root may be off by 1 ulp; exp and
 * pow are PyTorch's. All other operations give the program's bits.
 */
public final class TorchText extends PythonStyle {
  private TorchText(Computation computation) {
    super(computation);
  }

  /**
   * The body of a function.
   *
   * @param computation the program and its data
   * @return lines, indented by four spaces
   */
  public static String body(Computation computation) {
    return new TorchText(computation).body("    ");
  }

  @Override
  String expression(Instruction step, List<String> o) {
    return switch (step.op()) {
      case FMA -> sum(o.get(0) + " * " + o.get(1), o.get(2));
      case DIVIDE -> infix(List.of(dividend(step, o.get(0)), o.get(1)), "/");
      case NEGATE -> "-" + o.get(0);
      case SQRT -> "torch.sqrt(" + o.get(0) + ")";
      case ABS -> "torch.abs(" + o.get(0) + ")";
      case MAX -> bounded(step, o, "<", "min");
      case MIN -> bounded(step, o, ">", "max");
      case EXP -> "torch.exp(" + o.get(0) + ")";
      case POWER -> "torch.pow(" + o.get(0) + ", " + o.get(1) + ")";
      case RECIPROCAL -> "torch.reciprocal(" + o.get(0) + ")";
      case EXP2 -> "torch.exp2(" + o.get(0) + ")";
      case SHIFT_RIGHT ->
          "(" + o.get(0) + " >> " + step.number() + ") & " + (-1 >>> (int) step.number());
      case BITS -> o.get(0) + ".view(torch.int32)";
      case FLOAT -> o.get(0) + ".view(torch.float32)";
      case WIDEN -> "_wide(" + o.get(0) + ")";
      case NARROW -> o.get(0) + ".to(torch.float32)";
      default -> throw new IllegalStateException(step.op() + " is no expression");
    };
  }

  /** PyTorch computes number / tensor as the tensor's reciprocal times the number. */
  private String dividend(Instruction step, String operand) {
    return isNumber(operand) && !operand.equals("1.0") ? full(step.type(), operand) : operand;
  }

  /** The first operand, but the second where the first lies beyond it. */
  private String bounded(Instruction step, List<String> o, String beyond, String bound) {
    if (isZero(step, 1)) {
      return where(step.type(), o.get(0) + " " + beyond + " 0.0", o.get(1), o.get(0));
    }
    // Integers may stand the other way round.
    List<String> ordered = isNumber(o.get(0)) ? o.reversed() : o;
    return "torch.clamp(" + ordered.get(0) + ", " + bound + "=" + ordered.get(1) + ")";
  }

  @Override
  boolean isCall(Instruction step) {
    return step.op() == Op.WIDEN || super.isCall(step);
  }

  @Override
  String where(Type type, String condition, String yes, String no) {
    String first = isNumber(yes) && isNumber(no) ? full(type, yes) : yes;
    return "torch.where(" + condition + ", " + first + ", " + no + ")";
  }

  @Override
  String full(Type type, String number) {
    return "torch.full_like(%s, %s, dtype=torch.%s)".formatted(like(), number, dtype(type));
  }

  @Override
  String lookup(Type type, List<String> entries, String index) {
    return "torch.tensor([%s], dtype=torch.%s, device=%s.device)[%s & %d]"
        .formatted(String.join(", ", entries), dtype(type), like(), index, entries.size() - 1);
  }

  private static String dtype(Type type) {
    return switch (type) {
      case F32 -> "float32";
      case F64 -> "float64";
      case I32 -> "int32";
      case BOOL -> "bool";
    };
  }
}
