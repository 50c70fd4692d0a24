package invact.internal.program.text;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import java.util.List;

/**
 * A program as the body of a function of plain PyTorch operations on fp32 tensors. PyTorch has no
 * fused multiply-add: products are rounded, so that results differ from the program's by a few ulp
 * of what is added.
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
      case DIVIDE -> infix(o, "/");
      case NEGATE -> "-" + o.get(0);
      case SQRT -> "torch.sqrt(" + o.get(0) + ")";
      case ABS -> "torch.abs(" + o.get(0) + ")";
      case MAX ->
          isZero(o.get(1))
              ? where(o.get(0) + " < 0.0", o.get(1), o.get(0))
              : "torch.clamp(" + o.get(0) + ", min=" + o.get(1) + ")";
      case MIN ->
          isZero(o.get(1))
              ? where(o.get(0) + " > 0.0", o.get(1), o.get(0))
              : "torch.clamp(" + o.get(0) + ", max=" + o.get(1) + ")";
      case EXP -> "torch.exp(" + o.get(0) + ")";
      case POWER -> "torch.pow(" + o.get(0) + ", " + o.get(1) + ")";
      case RECIPROCAL -> "torch.reciprocal(" + o.get(0) + ")";
      case EXP2 -> "torch.exp2(" + o.get(0) + ")";
      case SHIFT_RIGHT ->
          "(" + o.get(0) + " >> " + step.number() + ") & " + (-1 >>> (int) step.number());
      case BITS -> o.get(0) + ".view(torch.int32)";
      case FLOAT -> o.get(0) + ".view(torch.float32)";
      case WIDEN -> o.get(0) + ".to(torch.float64)";
      case NARROW -> o.get(0) + ".to(torch.float32)";
      default -> throw new IllegalStateException(step.op() + " is no expression");
    };
  }

  @Override
  String where(String condition, String yes, String no) {
    boolean isNumbers = isNumber(yes) && isNumber(no);
    String dtype = yes.matches("-?[0-9]+") ? "int32" : "float32";
    String first =
        isNumbers ? "torch.full_like(" + like() + ", " + yes + ", dtype=torch." + dtype + ")" : yes;
    return "torch.where(" + condition + ", " + first + ", " + no + ")";
  }

  @Override
  String lookup(List<String> entries, String index) {
    return "torch.tensor([%s], dtype=torch.float32, device=%s.device)[%s & %d]"
        .formatted(String.join(", ", entries), like(), index, entries.size() - 1);
  }
}
