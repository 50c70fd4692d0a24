package invact.internal.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes a program step by step, in plain Java: what it gives, bit for bit, is right.
 *
 * <p>A step is taken for a block of elements at once, which is as long as the instance was made
 * for. An instance keeps the values of its block; threads do not share it.
 */
public final class Interpreter {
  /** Elements of {@link #values} that are computed together: their values stay in the cache. */
  private static final int BLOCK = 256;

  private final Program program;
  private final int[] data;
  private final int block;
  private final Step[] code;
  private final Map<Integer, Integer> registers = new HashMap<>();

  /** The registers of the inputs, −1 for one that no step needs. */
  private final int[] inputs;

  private final int[] outputs;

  /** The values of the F32 registers; null for others. */
  private final float[][] f;

  private final double[][] d;

  /** I32, and BOOL as 0 or 1. */
  private final int[][] n;

  /**
   * One step.
   *
   * @param op what it does; RARELY is followed by its block
   * @param type of its value, of a comparison that of its operands
   * @param to the register that takes the value
   * @param a the register of the first operand
   * @param b of the second
   * @param c of the third; of RARELY, that of the block's value
   * @param number as {@link Instruction#number}; of RARELY, the step after the block
   * @param mask of LOOKUP, the table's length less 1
   */
  private record Step(Op op, Type type, int to, int a, int b, int c, long number, int mask) {}

  /**
   * An interpreter of a function on one element at a time.
   *
   * @param computation the program and its data
   */
  public Interpreter(Computation computation) {
    this(computation, 1);
  }

  private Interpreter(Computation computation, int block) {
    program = computation.program();
    data = computation.data();
    this.block = block;
    int[] count = {0};
    program.forEach(_ -> count[0]++);
    f = new float[count[0]][];
    d = new double[count[0]][];
    n = new int[count[0]][];
    List<Step> steps = new ArrayList<>();
    write(program.body(), steps);
    code = steps.toArray(Step[]::new);
    inputs = new int[program.inputs().size()];
    Arrays.fill(inputs, -1);
    program.forEach(step -> {
      if (step.op() == Op.INPUT) {
        inputs[(int) step.number()] = registers.get(step.id());
      }
    });
    outputs = program.outputs().stream().mapToInt(o -> registers.get(o.value())).toArray();
  }

  private void write(List<Instruction> body, List<Step> steps) {
    for (Instruction i : body) {
      int[] operands = i.operands().stream().mapToInt(registers::get).toArray();
      int to = registers.size();
      registers.put(i.id(), to);
      switch (i.type()) {
        case F32 -> f[to] = new float[block];
        case F64 -> d[to] = new double[block];
        case I32, BOOL -> n[to] = new int[block];
      }
      int a = operands.length > 0 ? operands[0] : 0;
      int b = operands.length > 1 ? operands[1] : 0;
      int c = operands.length > 2 ? operands[2] : 0;
      Type type = isComparison(i.op()) ? program.step(i.operand(0)).type() : i.type();
      if (i.op() == Op.RARELY) {
        int at = steps.size();
        steps.add(null);
        write(i.body(), steps);
        int result = registers.get(i.result());
        steps.set(at, new Step(Op.RARELY, type, to, a, b, result, steps.size(), 0));
      } else if (i.op() == Op.CONSTANT || i.op() == Op.PARAMETER) {
        fill(i, to);
      } else if (i.op() == Op.LOOKUP) {
        Program.Parameter parameter = program.parameters().get((int) i.number());
        steps.add(new Step(i.op(), type, to, a, b, c, parameter.offset(), parameter.length() - 1));
      } else if (i.op() != Op.INPUT) {
        steps.add(new Step(i.op(), type, to, a, b, c, i.number(), 0));
      }
    }
  }

  /** The same for all elements, once and for all. */
  private void fill(Instruction i, int to) {
    int bits =
        i.op() == Op.PARAMETER
            ? data[program.parameters().get((int) i.number()).offset()]
            : (int) i.number();
    switch (i.type()) {
      case F32 -> Arrays.fill(f[to], Float.intBitsToFloat(bits));
      case F64 -> Arrays.fill(d[to], i.constant());
      case I32, BOOL -> Arrays.fill(n[to], bits);
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
    return set(0, x).run().floatOutput(0);
  }

  /**
   * The first output of many inputs.
   *
   * @param computation a program of one F32 input whose first output is an F32, with its data
   * @param x the inputs
   * @return the outputs
   */
  public static float[] values(Computation computation, float[] x) {
    Interpreter interpreter = new Interpreter(computation, BLOCK);
    float[] input =
        interpreter.inputs[0] >= 0 ? interpreter.f[interpreter.inputs[0]] : new float[BLOCK];
    float[] output = interpreter.f[interpreter.outputs[0]];
    float[] y = new float[x.length];
    for (int from = 0; from < x.length; from += BLOCK) {
      int count = Math.min(BLOCK, x.length - from);
      System.arraycopy(x, from, input, 0, count);
      interpreter.run();
      System.arraycopy(output, 0, y, from, count);
    }
    return y;
  }

  /**
   * Sets an F32 input.
   *
   * @param input its number
   * @param value its value
   * @return this
   */
  public Interpreter set(int input, float value) {
    if (inputs[input] >= 0) {
      f[inputs[input]][0] = value;
    }
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
    if (inputs[input] >= 0) {
      n[inputs[input]][0] = value;
    }
    return this;
  }

  /**
   * An F32 output of the last {@link #run}.
   *
   * @param output its number
   * @return its value
   */
  public float floatOutput(int output) {
    return f[outputs[output]][0];
  }

  /**
   * An I32 output of the last {@link #run}, or a BOOL one as 0 or 1.
   *
   * @param output its number
   * @return its value
   */
  public int intOutput(int output) {
    return n[outputs[output]][0];
  }

  /**
   * Computes all outputs from the inputs set.
   *
   * @return this
   */
  public Interpreter run() {
    run(0, code.length);
    return this;
  }

  /** The steps from … to − 1. */
  private void run(int from, int to) {
    int at = from;
    while (at < to) {
      Step s = code[at++];
      if (s.op == Op.RARELY) {
        if (isTaken(n[s.a])) {
          run(at, (int) s.number);
        }
        at = (int) s.number;
      }
      switch (s.type) {
        case F32 -> step32(s, f[s.to], f[s.a], f[s.b]);
        case F64 -> step64(s, d[s.to], d[s.a], d[s.b]);
        case I32, BOOL -> stepInteger(s, n[s.to], n[s.a], n[s.b]);
      }
    }
  }

  private static boolean isTaken(int[] conditions) {
    for (int condition : conditions) {
      if (condition != 0) {
        return true;
      }
    }
    return false;
  }

  private void step32(Step s, float[] to, float[] a, float[] b) {
    switch (s.op) {
      case ADD -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] + b[k];
        }
      }
      case SUBTRACT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] - b[k];
        }
      }
      case MULTIPLY -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] * b[k];
        }
      }
      case FMA -> {
        for (int k = 0; k < block; k++) {
          to[k] = Math.fma(a[k], b[k], f[s.c][k]);
        }
      }
      case DIVIDE -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] / b[k];
        }
      }
      case NEGATE -> {
        for (int k = 0; k < block; k++) {
          to[k] = -a[k];
        }
      }
      case ABS -> {
        for (int k = 0; k < block; k++) {
          to[k] = Math.abs(a[k]);
        }
      }
      case MAX -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] < b[k] ? b[k] : a[k];
        }
      }
      case MIN -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] > b[k] ? b[k] : a[k];
        }
      }
      case SELECT -> {
        for (int k = 0; k < block; k++) {
          to[k] = n[s.a][k] != 0 ? b[k] : f[s.c][k];
        }
      }
      case RARELY -> {
        for (int k = 0; k < block; k++) {
          to[k] = n[s.a][k] != 0 ? f[s.c][k] : b[k];
        }
      }
      case SQRT -> {
        for (int k = 0; k < block; k++) {
          to[k] = (float) Math.sqrt(a[k]);
        }
      }
      case EXP -> {
        for (int k = 0; k < block; k++) {
          to[k] = (float) StrictMath.exp(a[k]);
        }
      }
      case POWER -> {
        for (int k = 0; k < block; k++) {
          to[k] = (float) StrictMath.pow(a[k], b[k]);
        }
      }
      case RECIPROCAL -> {
        for (int k = 0; k < block; k++) {
          to[k] = 1.0f / a[k];
        }
      }
      case EXP2 -> {
        for (int k = 0; k < block; k++) {
          to[k] = (float) StrictMath.pow(2.0, a[k]);
        }
      }
      case FLOAT -> {
        for (int k = 0; k < block; k++) {
          to[k] = Float.intBitsToFloat(n[s.a][k]);
        }
      }
      case NARROW -> {
        for (int k = 0; k < block; k++) {
          to[k] = (float) d[s.a][k];
        }
      }
      case LOOKUP -> {
        for (int k = 0; k < block; k++) {
          to[k] = Float.intBitsToFloat(data[(int) s.number + (n[s.a][k] & s.mask)]);
        }
      }
      case LT -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] < b[k] ? 1 : 0;
        }
      }
      case GT -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] > b[k] ? 1 : 0;
        }
      }
      case GE -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] >= b[k] ? 1 : 0;
        }
      }
      case EQ -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] == b[k] ? 1 : 0;
        }
      }
      default -> throw unknown(s);
    }
  }

  private void step64(Step s, double[] to, double[] a, double[] b) {
    switch (s.op) {
      case ADD -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] + b[k];
        }
      }
      case SUBTRACT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] - b[k];
        }
      }
      case MULTIPLY -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] * b[k];
        }
      }
      case FMA -> {
        for (int k = 0; k < block; k++) {
          to[k] = Math.fma(a[k], b[k], d[s.c][k]);
        }
      }
      case DIVIDE -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] / b[k];
        }
      }
      case NEGATE -> {
        for (int k = 0; k < block; k++) {
          to[k] = -a[k];
        }
      }
      case ABS -> {
        for (int k = 0; k < block; k++) {
          to[k] = Math.abs(a[k]);
        }
      }
      case MAX -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] < b[k] ? b[k] : a[k];
        }
      }
      case MIN -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] > b[k] ? b[k] : a[k];
        }
      }
      case SELECT -> {
        for (int k = 0; k < block; k++) {
          to[k] = n[s.a][k] != 0 ? b[k] : d[s.c][k];
        }
      }
      case RARELY -> {
        for (int k = 0; k < block; k++) {
          to[k] = n[s.a][k] != 0 ? d[s.c][k] : b[k];
        }
      }
      case SQRT -> {
        for (int k = 0; k < block; k++) {
          to[k] = Math.sqrt(a[k]);
        }
      }
      case EXP -> {
        for (int k = 0; k < block; k++) {
          to[k] = StrictMath.exp(a[k]);
        }
      }
      case WIDEN -> {
        for (int k = 0; k < block; k++) {
          to[k] = f[s.a][k];
        }
      }
      case LT -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] < b[k] ? 1 : 0;
        }
      }
      case GT -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] > b[k] ? 1 : 0;
        }
      }
      case GE -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] >= b[k] ? 1 : 0;
        }
      }
      case EQ -> {
        for (int k = 0; k < block; k++) {
          n[s.to][k] = a[k] == b[k] ? 1 : 0;
        }
      }
      default -> throw unknown(s);
    }
  }

  private void stepInteger(Step s, int[] to, int[] a, int[] b) {
    switch (s.op) {
      case ADD -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] + b[k];
        }
      }
      case SUBTRACT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] - b[k];
        }
      }
      case MAX -> {
        for (int k = 0; k < block; k++) {
          to[k] = Math.max(a[k], b[k]);
        }
      }
      case MIN -> {
        for (int k = 0; k < block; k++) {
          to[k] = Math.min(a[k], b[k]);
        }
      }
      case LT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] < b[k] ? 1 : 0;
        }
      }
      case GT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] > b[k] ? 1 : 0;
        }
      }
      case GE -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] >= b[k] ? 1 : 0;
        }
      }
      case EQ -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] == b[k] ? 1 : 0;
        }
      }
      case NOT -> {
        for (int k = 0; k < block; k++) {
          to[k] = 1 - a[k];
        }
      }
      case SELECT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] != 0 ? b[k] : n[s.c][k];
        }
      }
      case RARELY -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] != 0 ? n[s.c][k] : b[k];
        }
      }
      case AND -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] & b[k];
        }
      }
      case OR -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] | b[k];
        }
      }
      case XOR -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] ^ b[k];
        }
      }
      case SHIFT_LEFT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] << (int) s.number;
        }
      }
      case SHIFT_RIGHT -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] >>> (int) s.number;
        }
      }
      case SHIFT_RIGHT_SIGNED -> {
        for (int k = 0; k < block; k++) {
          to[k] = a[k] >> (int) s.number;
        }
      }
      case BITS -> {
        for (int k = 0; k < block; k++) {
          to[k] = Float.floatToRawIntBits(f[s.a][k]);
        }
      }
      case LOOKUP -> {
        for (int k = 0; k < block; k++) {
          to[k] = data[(int) s.number + (a[k] & s.mask)];
        }
      }
      default -> throw unknown(s);
    }
  }

  private static IllegalStateException unknown(Step s) {
    return new IllegalStateException(s.op + " of " + s.type);
  }
}
