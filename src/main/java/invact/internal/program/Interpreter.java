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

  private final Computation computation;
  private final Program program;
  private final Registers.Step[] code;
  private final Map<Integer, Integer> registerOf = new HashMap<>();

  /** The registers of the inputs, −1 for one that no step needs. */
  private final int[] inputs;

  private final int[] outputs;

  private final Registers registers;

  /**
   * An interpreter of a function on one element at a time.
   *
   * @param computation the program and its data
   */
  public Interpreter(Computation computation) {
    this(computation, 1);
  }

  private Interpreter(Computation computation, int block) {
    this.computation = computation;
    program = computation.program();
    int[] count = {0};
    program.forEach(_ -> count[0]++);
    registers = new Registers(block, count[0], computation.data());
    List<Registers.Step> steps = new ArrayList<>();
    write(program.body(), steps);
    code = steps.toArray(Registers.Step[]::new);
    inputs = new int[program.inputs().size()];
    Arrays.fill(inputs, -1);
    program.forEach(step -> {
      if (step.op() == Op.INPUT) {
        inputs[(int) step.number()] = registerOf.get(step.id());
      }
    });
    outputs = program.outputs().stream().mapToInt(o -> registerOf.get(o.value())).toArray();
  }

  private void write(List<Instruction> body, List<Registers.Step> steps) {
    for (Instruction i : body) {
      int[] operands = i.operands().stream().mapToInt(registerOf::get).toArray();
      int to = registerOf.size();
      registerOf.put(i.id(), to);
      registers.allocate(to, i.type());
      int a = operands.length > 0 ? operands[0] : 0;
      int b = operands.length > 1 ? operands[1] : a;
      int c = operands.length > 2 ? operands[2] : 0;
      Type type = isComparison(i.op()) ? program.step(i.operand(0)).type() : i.type();
      if (i.op() == Op.RARELY) {
        int at = steps.size();
        steps.add(null);
        write(i.body(), steps);
        int result = registerOf.get(i.result());
        steps.set(at, new Registers.Step(Op.RARELY, type, to, a, b, result, steps.size(), 0));
      } else if (i.op() == Op.CONSTANT || i.op() == Op.PARAMETER) {
        registers.fill(to, i.type(), i.op() == Op.PARAMETER ? parameter(i) : i.number());
      } else if (i.op() == Op.LOOKUP) {
        Program.Parameter parameter = program.parameters().get((int) i.number());
        steps.add(
            new Registers.Step(
                i.op(), type, to, a, b, c, parameter.offset(), parameter.length() - 1));
      } else if (i.op() != Op.INPUT) {
        steps.add(new Registers.Step(i.op(), type, to, a, b, c, i.number(), 0));
      }
    }
  }

  private int parameter(Instruction i) {
    return computation.data()[program.parameters().get((int) i.number()).offset()];
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
        interpreter.inputs[0] >= 0
            ? interpreter.registers.f[interpreter.inputs[0]]
            : new float[BLOCK];
    float[] output = interpreter.registers.f[interpreter.outputs[0]];
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
      registers.f[inputs[input]][0] = value;
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
      registers.n[inputs[input]][0] = value;
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
    return registers.f[outputs[output]][0];
  }

  /**
   * An I32 output of the last {@link #run}, or a BOOL one as 0 or 1.
   *
   * @param output its number
   * @return its value
   */
  public int intOutput(int output) {
    return registers.n[outputs[output]][0];
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
      Registers.Step s = code[at++];
      if (s.op() == Op.RARELY) {
        if (registers.isAnySet(s.a())) {
          run(at, (int) s.number());
        }
        at = (int) s.number();
      }
      registers.take(s);
    }
  }
}
