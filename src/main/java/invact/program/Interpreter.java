package invact.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes a program step by step, in plain Java: what it gives, bit for bit, is right.
 *
 * <p>An instance keeps the values of one element between its steps; threads do not share it.
 */
public final class Interpreter {
  private final Program program;
  private final int[] data;
  private final Step[] code;
  private final Map<Integer, Integer> registers = new HashMap<>();
  private final int[] outputs;
  private final float[] f;
  private final double[] d;

  /** I32, and BOOL as 0 or 1. */
  private final int[] n;

  private final float[] floatInputs;
  private final int[] intInputs;

  /**
   * One step.
   *
   * @param op what it does; RARELY jumps over the block that follows if its condition is false
   * @param type of its value, of a comparison that of its operands
   * @param to the register that takes the value
   * @param a the register of the first operand
   * @param b of the second
   * @param c of the third
   * @param number as {@link Instruction#number}; of RARELY, where to go on after the block
   * @param mask of LOOKUP, the table's length less 1
   */
  private record Step(Op op, Type type, int to, int a, int b, int c, long number, int mask) {}

  /**
   * An interpreter of a function.
   *
   * @param computation the program and its data
   */
  public Interpreter(Computation computation) {
    program = computation.program();
    data = computation.data();
    List<Step> steps = new ArrayList<>();
    write(program.body(), steps);
    code = steps.toArray(Step[]::new);
    outputs = program.outputs().stream().mapToInt(o -> registers.get(o.value())).toArray();
    int size = registers.size();
    f = new float[size];
    d = new double[size];
    n = new int[size];
    floatInputs = new float[program.inputs().size()];
    intInputs = new int[program.inputs().size()];
  }

  private void write(List<Instruction> block, List<Step> steps) {
    for (Instruction i : block) {
      int[] operands = i.operands().stream().mapToInt(registers::get).toArray();
      int to = registers.size();
      registers.put(i.id(), to);
      int a = operands.length > 0 ? operands[0] : 0;
      int b = operands.length > 1 ? operands[1] : 0;
      int c = operands.length > 2 ? operands[2] : 0;
      Type type = isComparison(i.op()) ? program.step(i.operand(0)).type() : i.type();
      if (i.op() == Op.RARELY) {
        int at = steps.size();
        steps.add(null);
        write(i.body(), steps);
        int result = registers.get(i.result());
        steps.set(at, new Step(Op.RARELY, type, to, a, b, 0, steps.size() + 1, 0));
        steps.add(new Step(Op.OR, type, to, result, result, 0, 0, 0));
      } else if (i.op() == Op.PARAMETER || i.op() == Op.LOOKUP) {
        Program.Parameter parameter = program.parameters().get((int) i.number());
        steps.add(new Step(i.op(), type, to, a, b, c, parameter.offset(), parameter.length() - 1));
      } else {
        steps.add(new Step(i.op(), type, to, a, b, c, i.number(), 0));
      }
    }
  }

  private static boolean isComparison(Op op) {
    return op == Op.LT || op == Op.GT || op == Op.GE || op == Op.EQ;
  }

  /**
   * The first output, of one F32 input.
   *
   * @param x the input
   * @return the output, an F32
   */
  public float value(float x) {
    floatInputs[0] = x;
    run();
    return floatOutput(0);
  }

  /**
   * Sets an F32 input.
   *
   * @param input its number
   * @param value its value
   * @return this
   */
  public Interpreter set(int input, float value) {
    floatInputs[input] = value;
    return this;
  }

  /**
   * Sets an I32 input, or a BOOL one as 0 or 1.
   *
   * @param input its number
   * @param value its value
   * @return this
   */
  public Interpreter set(int input, int value) {
    intInputs[input] = value;
    return this;
  }

  /**
   * An F32 output of the last {@link #run}.
   *
   * @param output its number
   * @return its value
   */
  public float floatOutput(int output) {
    return f[outputs[output]];
  }

  /**
   * An I32 output of the last {@link #run}, or a BOOL one as 0 or 1.
   *
   * @param output its number
   * @return its value
   */
  public int intOutput(int output) {
    return n[outputs[output]];
  }

  /**
   * Computes all outputs from the inputs set.
   *
   * @return this
   */
  public Interpreter run() {
    int at = 0;
    while (at < code.length) {
      Step s = code[at++];
      if (s.op == Op.RARELY) {
        if (n[s.a] == 0) {
          move(s.type, s.to, s.b);
          at = (int) s.number;
        }
        continue;
      }
      switch (s.type) {
        case F32 -> step32(s);
        case F64 -> step64(s);
        case I32, BOOL -> stepInteger(s);
      }
    }
    return this;
  }

  private void move(Type type, int to, int from) {
    switch (type) {
      case F32 -> f[to] = f[from];
      case F64 -> d[to] = d[from];
      case I32, BOOL -> n[to] = n[from];
    }
  }

  private void step32(Step s) {
    float a = f[s.a];
    float b = f[s.b];
    switch (s.op) {
      case INPUT -> f[s.to] = floatInputs[(int) s.number];
      case PARAMETER -> f[s.to] = Float.intBitsToFloat(data[(int) s.number]);
      case CONSTANT -> f[s.to] = Float.intBitsToFloat((int) s.number);
      case ADD -> f[s.to] = a + b;
      case SUBTRACT -> f[s.to] = a - b;
      case MULTIPLY -> f[s.to] = a * b;
      case FMA -> f[s.to] = Math.fma(a, b, f[s.c]);
      case DIVIDE -> f[s.to] = a / b;
      case SQRT -> f[s.to] = (float) Math.sqrt(a);
      case NEGATE -> f[s.to] = -a;
      case ABS -> f[s.to] = Math.abs(a);
      case MAX -> f[s.to] = a < b ? b : a;
      case MIN -> f[s.to] = a > b ? b : a;
      case EXP -> f[s.to] = (float) StrictMath.exp(a);
      case POWER -> f[s.to] = (float) StrictMath.pow(a, b);
      case RECIPROCAL -> f[s.to] = 1.0f / a;
      case EXP2 -> f[s.to] = (float) StrictMath.pow(2.0, a);
      case SELECT -> f[s.to] = n[s.a] != 0 ? b : f[s.c];
      case FLOAT -> f[s.to] = Float.intBitsToFloat(n[s.a]);
      case NARROW -> f[s.to] = (float) d[s.a];
      case LOOKUP -> f[s.to] = Float.intBitsToFloat(data[(int) s.number + (n[s.a] & s.mask)]);
      case LT -> n[s.to] = a < b ? 1 : 0;
      case GT -> n[s.to] = a > b ? 1 : 0;
      case GE -> n[s.to] = a >= b ? 1 : 0;
      case EQ -> n[s.to] = a == b ? 1 : 0;
      // The value of a block.
      case OR -> f[s.to] = a;
      default -> throw unknown(s);
    }
  }

  private void step64(Step s) {
    double a = d[s.a];
    double b = d[s.b];
    switch (s.op) {
      case CONSTANT -> d[s.to] = Double.longBitsToDouble(s.number);
      case ADD -> d[s.to] = a + b;
      case SUBTRACT -> d[s.to] = a - b;
      case MULTIPLY -> d[s.to] = a * b;
      case FMA -> d[s.to] = Math.fma(a, b, d[s.c]);
      case DIVIDE -> d[s.to] = a / b;
      case SQRT -> d[s.to] = Math.sqrt(a);
      case NEGATE -> d[s.to] = -a;
      case ABS -> d[s.to] = Math.abs(a);
      case MAX -> d[s.to] = a < b ? b : a;
      case MIN -> d[s.to] = a > b ? b : a;
      case EXP -> d[s.to] = StrictMath.exp(a);
      case SELECT -> d[s.to] = n[s.a] != 0 ? b : d[s.c];
      case WIDEN -> d[s.to] = f[s.a];
      case LT -> n[s.to] = a < b ? 1 : 0;
      case GT -> n[s.to] = a > b ? 1 : 0;
      case GE -> n[s.to] = a >= b ? 1 : 0;
      case EQ -> n[s.to] = a == b ? 1 : 0;
      case OR -> d[s.to] = a;
      default -> throw unknown(s);
    }
  }

  private void stepInteger(Step s) {
    int a = n[s.a];
    int b = n[s.b];
    switch (s.op) {
      case INPUT -> n[s.to] = intInputs[(int) s.number];
      case CONSTANT -> n[s.to] = (int) s.number;
      case ADD -> n[s.to] = a + b;
      case SUBTRACT -> n[s.to] = a - b;
      case MAX -> n[s.to] = Math.max(a, b);
      case MIN -> n[s.to] = Math.min(a, b);
      case LT -> n[s.to] = a < b ? 1 : 0;
      case GT -> n[s.to] = a > b ? 1 : 0;
      case GE -> n[s.to] = a >= b ? 1 : 0;
      case EQ -> n[s.to] = a == b ? 1 : 0;
      case NOT -> n[s.to] = 1 - a;
      case SELECT -> n[s.to] = a != 0 ? b : n[s.c];
      case AND -> n[s.to] = a & b;
      case OR -> n[s.to] = a | b;
      case XOR -> n[s.to] = a ^ b;
      case SHIFT_LEFT -> n[s.to] = a << (int) s.number;
      case SHIFT_RIGHT -> n[s.to] = a >>> (int) s.number;
      case SHIFT_RIGHT_SIGNED -> n[s.to] = a >> (int) s.number;
      case BITS -> n[s.to] = Float.floatToRawIntBits(f[s.a]);
      case LOOKUP -> n[s.to] = data[(int) s.number + (a & s.mask)];
      default -> throw unknown(s);
    }
  }

  private static IllegalStateException unknown(Step s) {
    return new IllegalStateException(s.op + " of " + s.type);
  }
}
