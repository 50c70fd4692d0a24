package invact.internal.program;

import java.util.Arrays;

/**
 * The values of an {@link Interpreter}, and the steps on them: one register for each step of the
 * program, each with a block of elements.
 */
final class Registers {
  /** The values of F32 registers; null for others. */
  final float[][] f;

  /** I32, and BOOL as 0 or 1. */
  final int[][] n;

  private final double[][] d;
  private final int block;
  private final int[] data;

  /**
   * One step.
   *
   * @param op what it does; RARELY is followed by its block
   * @param type of its value, of a comparison that of its operands
   * @param to the register that takes the value
   * @param a the register of the first operand
   * @param b of the second; of one operand, that once more
   * @param c of the third; of RARELY, that of the block's value
   * @param number as {@link Instruction#number}; of RARELY, the step after the block
   * @param mask of LOOKUP, the table's length less 1
   */
  record Step(Op op, Type type, int to, int a, int b, int c, long number, int mask) {}

  Registers(int block, int count, int[] data) {
    this.block = block;
    this.data = data;
    f = new float[count][];
    d = new double[count][];
    n = new int[count][];
  }

  void allocate(int register, Type type) {
    switch (type) {
      case F32 -> f[register] = new float[block];
      case F64 -> d[register] = new double[block];
      case I32, BOOL -> n[register] = new int[block];
    }
  }

  /** Sets all elements of a register to a number, given by its bits. */
  void fill(int register, Type type, long bits) {
    switch (type) {
      case F32 -> Arrays.fill(f[register], Float.intBitsToFloat((int) bits));
      case F64 -> Arrays.fill(d[register], Double.longBitsToDouble(bits));
      case I32, BOOL -> Arrays.fill(n[register], (int) bits);
    }
  }

  boolean isAnySet(int register) {
    for (int condition : n[register]) {
      if (condition != 0) {
        return true;
      }
    }
    return false;
  }

  void take(Step s) {
    switch (s.type()) {
      case F32 -> step32(s, f[s.to()], f[s.a()], f[s.b()]);
      case F64 -> step64(s);
      case I32, BOOL -> stepInteger(s);
    }
  }

  /** One loop an operation, which the JVM vectorizes: most steps of most programs are of fp32. */
  private void step32(Step s, float[] to, float[] a, float[] b) {
    switch (s.op()) {
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
          to[k] = Math.fma(a[k], b[k], f[s.c()][k]);
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
          to[k] = n[s.a()][k] != 0 ? b[k] : f[s.c()][k];
        }
      }
      case RARELY -> {
        for (int k = 0; k < block; k++) {
          to[k] = n[s.a()][k] != 0 ? f[s.c()][k] : b[k];
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
          to[k] = Float.intBitsToFloat(n[s.a()][k]);
        }
      }
      case NARROW -> {
        for (int k = 0; k < block; k++) {
          to[k] = (float) d[s.a()][k];
        }
      }
      case LOOKUP -> {
        for (int k = 0; k < block; k++) {
          to[k] = Float.intBitsToFloat(data[(int) s.number() + (n[s.a()][k] & s.mask())]);
        }
      }
      case LT, GT, GE, EQ -> {
        for (int k = 0; k < block; k++) {
          n[s.to()][k] = compare(s.op(), a[k], b[k]);
        }
      }
      default -> throw unknown(s);
    }
  }

  private void step64(Step s) {
    for (int k = 0; k < block; k++) {
      switch (s.op()) {
        case LT, GT, GE, EQ -> n[s.to()][k] = compare(s.op(), d[s.a()][k], d[s.b()][k]);
        case SELECT -> d[s.to()][k] = n[s.a()][k] != 0 ? d[s.b()][k] : d[s.c()][k];
        case RARELY -> d[s.to()][k] = n[s.a()][k] != 0 ? d[s.c()][k] : d[s.b()][k];
        case WIDEN -> d[s.to()][k] = f[s.a()][k];
        case FMA -> d[s.to()][k] = Math.fma(d[s.a()][k], d[s.b()][k], d[s.c()][k]);
        case NEGATE, ABS, SQRT, EXP -> d[s.to()][k] = unary(s, d[s.a()][k]);
        default -> d[s.to()][k] = binary(s, d[s.a()][k], d[s.b()][k]);
      }
    }
  }

  private static double unary(Step s, double a) {
    return switch (s.op()) {
      case NEGATE -> -a;
      case ABS -> Math.abs(a);
      case SQRT -> Math.sqrt(a);
      case EXP -> StrictMath.exp(a);
      default -> throw unknown(s);
    };
  }

  private static double binary(Step s, double a, double b) {
    return switch (s.op()) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case MAX -> a < b ? b : a;
      case MIN -> a > b ? b : a;
      default -> throw unknown(s);
    };
  }

  /** Of fp32 operands too, and of integers: a double holds each of them. */
  private static int compare(Op op, double a, double b) {
    boolean holds =
        switch (op) {
          case LT -> a < b;
          case GT -> a > b;
          case GE -> a >= b;
          default -> a == b;
        };
    return holds ? 1 : 0;
  }

  private void stepInteger(Step s) {
    int[] to = n[s.to()];
    for (int k = 0; k < block; k++) {
      switch (s.op()) {
        case BITS -> to[k] = Float.floatToRawIntBits(f[s.a()][k]);
        case LOOKUP -> to[k] = data[(int) s.number() + (n[s.a()][k] & s.mask())];
        case SELECT -> to[k] = n[s.a()][k] != 0 ? n[s.b()][k] : n[s.c()][k];
        case RARELY -> to[k] = n[s.a()][k] != 0 ? n[s.c()][k] : n[s.b()][k];
        case LT, GT, GE, EQ -> to[k] = compare(s.op(), n[s.a()][k], n[s.b()][k]);
        default -> to[k] = binary(s, n[s.a()][k], n[s.b()][k]);
      }
    }
  }

  /** An operation on integers or their bits; a shift takes its distance from the step. */
  private static int binary(Step s, int a, int b) {
    return switch (s.op()) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case NOT -> 1 - a;
      case AND -> a & b;
      case OR -> a | b;
      case XOR -> a ^ b;
      case SHIFT_LEFT -> a << (int) s.number();
      case SHIFT_RIGHT -> a >>> (int) s.number();
      case SHIFT_RIGHT_SIGNED -> a >> (int) s.number();
      default -> throw unknown(s);
    };
  }

  private static IllegalStateException unknown(Step s) {
    return new IllegalStateException(s.op() + " of " + s.type());
  }
}
