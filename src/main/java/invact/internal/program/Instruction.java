package invact.internal.program;

import java.util.List;
import java.util.Objects;

/**
 * One step of a program, which gives one value.
 *
 * @param id the number of the value, unique in its program; operands have lower numbers
 * @param op what it does
 * @param type the type of its value
 * @param operands the numbers of its operands
 * @param number INPUT: the number of the input. PARAMETER, LOOKUP: that of the parameter. Shifts:
 *     by how much. CONSTANT: the bits of the number, of an F64 its 64
 * @param body RARELY: the block; else empty
 * @param result RARELY: the value of the block; else −1
 */
public record Instruction(
    int id,
    Op op,
    Type type,
    List<Integer> operands,
    long number,
    List<Instruction> body,
    int result) {
  /** Copies the lists. */
  public Instruction {
    Objects.requireNonNull(op, "op");
    Objects.requireNonNull(type, "type");
    operands = List.copyOf(operands);
    body = List.copyOf(body);
    if (operands.size() != op.operands()) {
      throw new IllegalArgumentException(op + " takes " + op.operands() + " operands");
    }
  }

  /**
   * One operand.
   *
   * @param k which
   * @return the number of its value
   */
  public int operand(int k) {
    return operands.get(k);
  }

  /**
   * The number of a CONSTANT.
   *
   * @return an F32 or F64
   */
  public double constant() {
    return type == Type.F64 ? Double.longBitsToDouble(number) : Float.intBitsToFloat((int) number);
  }
}
