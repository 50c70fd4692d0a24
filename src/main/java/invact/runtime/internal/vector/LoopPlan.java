package invact.runtime.internal.vector;

import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a loop's code depends on beyond the single step: uses, folded steps, ranges of integers. */
final class LoopPlan {
  private final Program program;
  private final List<Stream> streams;

  /** Which values other steps or outputs take, and how often. */
  private final Map<Integer, Integer> uses = new HashMap<>();

  private final Set<Integer> folded = new HashSet<>();

  LoopPlan(Program program, List<Stream> streams) {
    this.program = program;
    this.streams = streams;
    program.forEach(this::countUses);
    program.outputs().forEach(output -> uses.merge(output.value(), 1, Integer::sum));
    program.forEach(this::fold);
  }

  /** Whether the step that takes a value writes it itself. */
  boolean isFolded(int id) {
    return folded.contains(id);
  }

  private void countUses(Instruction step) {
    step.operands().forEach(operand -> uses.merge(operand, 1, Integer::sum));
    if (step.op() == Op.RARELY) {
      uses.merge(step.result(), 1, Integer::sum);
    }
  }

  /**
   * Finds the steps that need no instruction of their own: where a selection takes x or a result of
   * an operation on x, the operation takes the mask; so does a comparison that is and-ed to one.
   */
  private void fold(Instruction step) {
    if (step.op() == Op.SELECT && isMaskable(step)) {
      folded.add(step.operand(1));
    }
    if (step.op() == Op.AND && step.type() == Type.BOOL && isFoldedComparison(step.operand(1))) {
      folded.add(step.operand(1));
    }
  }

  private boolean isFoldedComparison(int id) {
    return uses.get(id) == 1 && isComparison(program.step(id).op());
  }

  private boolean isMaskable(Instruction select) {
    Instruction yes = program.step(select.operand(1));
    boolean isOperation =
        switch (yes.op()) {
          case NEGATE -> true;
          case ADD, OR -> yes.type() == Type.I32;
          default -> false;
        };
    return isOperation && uses.get(yes.id()) == 1 && yes.operand(0) == select.operand(2);
  }

  /**
   * Whether the loop ends by a test for inequality, so that C2 does not treat it as counted. From a
   * counted loop C2 removes the range checks; then it moves a second gather down to the use of its
   * values, and the two gathers overlap less. fp16 gated units backward took 32 ns for 16 elements
   * as a counted loop, 27 ns otherwise (EPYC Zen 4, {@code invact bench --threads 1 --elements
   * 131072}).
   */
  boolean keepsOrder() {
    int[] gathers = {0};
    program.forEach(step -> {
      boolean isGather =
          step.op() == Op.LOOKUP
              && LoopData.isGathered(program.parameters().get((int) step.number()));
      gathers[0] += isGather ? 1 : 0;
    });
    return gathers[0] > 1;
  }

  /** The bits that an I32 can have set, as far as that is easy to say. */
  int largest(int id) {
    Instruction step = program.step(id);
    return switch (step.op()) {
      case CONSTANT -> (int) step.number();
      case OR -> largest(step.operand(0)) | largest(step.operand(1));
      case AND -> largest(step.operand(0)) & largest(step.operand(1));
      case SELECT -> largest(step.operand(1)) | largest(step.operand(2));
      case INPUT -> isUnsigned((int) step.number()) ? 0xFFFF : -1;
      default -> -1;
    };
  }

  private boolean isUnsigned(int input) {
    String name = program.inputs().get(input).name();
    return streams.contains(Stream.unsigned(name));
  }

  /** Of which lanes the mask of a step is. */
  Type maskType(Instruction step) {
    return switch (step.op()) {
      case LT, GT, GE, EQ -> operandType(step) == Type.I32 ? Type.I32 : Type.F32;
      case AND ->
          folded.contains(step.operand(1)) ? maskType(program.step(step.operand(1))) : Type.F32;
      default -> Type.F32;
    };
  }

  Type operandType(Instruction step) {
    return program.step(step.operand(0)).type();
  }

  private static boolean isComparison(Op op) {
    return op == Op.LT || op == Op.GT || op == Op.GE || op == Op.EQ;
  }
}
