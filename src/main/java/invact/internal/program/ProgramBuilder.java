package invact.internal.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Writes a program, once. Operations are named after {@link Op}; a step that stands already in the
 * block or one around it is not written again.
 *
 * <p>An operand of the wrong type is an {@link IllegalArgumentException} that names the operation.
 */
public final class ProgramBuilder {
  private final String name;
  private final List<Program.Input> inputs = new ArrayList<>();
  private final ParameterList parameters = new ParameterList();
  private final List<Program.Output> outputs = new ArrayList<>();
  private final StepWriter steps = new StepWriter();

  /** A program without steps; its name says what it computes, in letters, digits and '_'. */
  public ProgramBuilder(String name) {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("'" + name + "' is no name for a program");
    }
    this.name = name;
  }

  /**
   * What the names of the parameters declared from here on begin with.
   *
   * @param begin the beginning, "" for none
   * @return this
   */
  public ProgramBuilder prefix(String begin) {
    parameters.prefix(begin);
    return this;
  }

  /**
   * A value that the caller gives for each element.
   *
   * @param inputName its name
   * @param type its type
   * @return the value
   */
  public Value input(String inputName, Type type) {
    inputs.add(new Program.Input(inputName, type));
    return step(Op.INPUT, type, inputs.size() - 1);
  }

  /**
   * An F32 of the program's data.
   *
   * @param parameterName its name
   * @param number its number
   * @return the value
   */
  public Value parameter(String parameterName, float number) {
    return step(
        Op.PARAMETER,
        Type.F32,
        parameters.declare(parameterName, Type.F32, Float.floatToRawIntBits(number)));
  }

  /**
   * A table of the program's data.
   *
   * @param tableName its name
   * @param entries as many as a power of two
   * @return the table, for {@link #lookup}
   */
  public Table table(String tableName, float... entries) {
    int[] bits = new int[entries.length];
    Arrays.setAll(bits, j -> Float.floatToRawIntBits(entries[j]));
    return new Table(parameters.declare(tableName, Type.F32, bits), Type.F32, bits.length);
  }

  /**
   * A table of integers of the program's data.
   *
   * @param tableName its name
   * @param entries as many as a power of two
   * @return the table, for {@link #lookup}
   */
  public Table integerTable(String tableName, int... entries) {
    return new Table(parameters.declare(tableName, Type.I32, entries), Type.I32, entries.length);
  }

  /**
   * An F32.
   *
   * @param number the number
   * @return the value
   */
  public Value constant(float number) {
    return step(Op.CONSTANT, Type.F32, Float.floatToRawIntBits(number));
  }

  /**
   * An F64.
   *
   * @param number the number
   * @return the value
   */
  public Value wide(double number) {
    return step(Op.CONSTANT, Type.F64, Double.doubleToRawLongBits(number));
  }

  /**
   * An I32.
   *
   * @param number the number
   * @return the value
   */
  public Value integer(int number) {
    return step(Op.CONSTANT, Type.I32, number);
  }

  /** a + b. */
  public Value add(Value a, Value b) {
    return numeric(Op.ADD, a, b);
  }

  /** a − b. */
  public Value subtract(Value a, Value b) {
    return numeric(Op.SUBTRACT, a, b);
  }

  /** a·b. */
  public Value multiply(Value a, Value b) {
    return floating(Op.MULTIPLY, a, b);
  }

  /** a·b + c, rounded once. */
  public Value fma(Value a, Value b, Value c) {
    return floating(Op.FMA, a, b, c);
  }

  /** a/b. */
  public Value divide(Value a, Value b) {
    return floating(Op.DIVIDE, a, b);
  }

  /** √a. */
  public Value sqrt(Value a) {
    return floating(Op.SQRT, a);
  }

  /** −a. */
  public Value negate(Value a) {
    return floating(Op.NEGATE, a);
  }

  /** |a|. */
  public Value abs(Value a) {
    return floating(Op.ABS, a);
  }

  /** The greater of a and a bound, NaN if a is; the bound is a number and not +0. */
  public Value max(Value a, Value bound) {
    return numeric(Op.MAX, a, bound);
  }

  /** The lesser of a and a bound, NaN if a is; the bound is a number and not 0. */
  public Value min(Value a, Value bound) {
    return numeric(Op.MIN, a, bound);
  }

  /** eᵃ. */
  public Value exp(Value a) {
    return floating(Op.EXP, a);
  }

  /** aᵇ. */
  public Value power(Value a, Value b) {
    require(Op.POWER, a, Type.F32);
    return floating(Op.POWER, a, b);
  }

  /** 1/a, or an estimate. */
  public Value reciprocal(Value a) {
    return convert(Op.RECIPROCAL, a, Type.F32, Type.F32);
  }

  /** 2ᵃ, or an estimate. */
  public Value exp2(Value a) {
    return convert(Op.EXP2, a, Type.F32, Type.F32);
  }

  /** a &lt; b. */
  public Value lt(Value a, Value b) {
    return comparison(Op.LT, a, b);
  }

  /** a &gt; b. */
  public Value gt(Value a, Value b) {
    return comparison(Op.GT, a, b);
  }

  /** a ≥ b. */
  public Value ge(Value a, Value b) {
    return comparison(Op.GE, a, b);
  }

  /** a = b. */
  public Value eq(Value a, Value b) {
    return comparison(Op.EQ, a, b);
  }

  /** Not a. */
  public Value not(Value a) {
    return convert(Op.NOT, a, Type.BOOL, Type.BOOL);
  }

  /** condition ? yes : no. */
  public Value select(Value condition, Value yes, Value no) {
    require(Op.SELECT, condition, Type.BOOL);
    requireSame(Op.SELECT, yes, no);
    return step(Op.SELECT, yes.type(), 0, condition, yes, no);
  }

  /** a and b. */
  public Value and(Value a, Value b) {
    require(Op.AND, a, a.type() == Type.BOOL ? Type.BOOL : Type.I32);
    requireSame(Op.AND, a, b);
    return step(Op.AND, a.type(), 0, a, b);
  }

  /** a or b, bit by bit. */
  public Value or(Value a, Value b) {
    return bitwise(Op.OR, a, b);
  }

  /** Exclusive or, bit by bit. */
  public Value xor(Value a, Value b) {
    return bitwise(Op.XOR, a, b);
  }

  /** a shifted left. */
  public Value shiftLeft(Value a, int by) {
    return shift(Op.SHIFT_LEFT, a, by);
  }

  /** a shifted right, zeros coming in. */
  public Value shiftRight(Value a, int by) {
    return shift(Op.SHIFT_RIGHT, a, by);
  }

  /** a shifted right, the sign coming in. */
  public Value shiftRightSigned(Value a, int by) {
    return shift(Op.SHIFT_RIGHT_SIGNED, a, by);
  }

  /** The bit pattern of an F32. */
  public Value bits(Value a) {
    return convert(Op.BITS, a, Type.F32, Type.I32);
  }

  /** The F32 of a bit pattern. */
  public Value asFloat(Value a) {
    return convert(Op.FLOAT, a, Type.I32, Type.F32);
  }

  /** The F64 of an F32. */
  public Value widen(Value a) {
    return convert(Op.WIDEN, a, Type.F32, Type.F64);
  }

  /** The F32 nearest to an F64. */
  public Value narrow(Value a) {
    return convert(Op.NARROW, a, Type.F64, Type.F32);
  }

  /** The entry of a table whose number the low bits of an I32 are. */
  public Value lookup(Table table, Value index) {
    require(Op.LOOKUP, index, Type.I32);
    return step(Op.LOOKUP, table.type(), table.index(), index);
  }

  /**
   * condition ? the value of a block : otherwise, the block for few elements.
   *
   * @param condition a BOOL
   * @param otherwise the value for most elements
   * @param body writes the block, and returns its value
   * @return the value
   */
  public Value rarely(Value condition, Value otherwise, Supplier<Value> body) {
    require(Op.RARELY, condition, Type.BOOL);
    return steps.rarely(
        condition,
        otherwise,
        () -> {
          Value result = body.get();
          requireSame(Op.RARELY, otherwise, result);
          return result;
        });
  }

  /**
   * Horner's scheme, one {@link Op#FMA} a step: c₀ + c₁·t + … + c_d·tᵈ.
   *
   * @param t the variable
   * @param degree d
   * @param coefficient gives cⱼ, from the highest power to the lowest
   * @return the value
   */
  public Value horner(Value t, int degree, IntFunction<Value> coefficient) {
    Value value = coefficient.apply(degree);
    for (int j = degree - 1; j >= 0; j--) {
      value = fma(value, t, coefficient.apply(j));
    }
    return value;
  }

  /**
   * Names a value as what the program gives.
   *
   * @param outputName its name
   * @param value the value
   * @return this
   */
  public ProgramBuilder output(String outputName, Value value) {
    outputs.add(new Program.Output(outputName, value.id()));
    return this;
  }

  /**
   * The program and its data, without the steps that no output needs.
   *
   * @return the function
   */
  public Computation build() {
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("program " + name + " has no output");
    }
    return new Computation(
        new Program(name, inputs, parameters.declared(), steps.written(), outputs),
        parameters.data());
  }

  private Value floating(Op op, Value... operands) {
    require(op, operands[0], operands[0].type() == Type.F64 ? Type.F64 : Type.F32);
    requireSame(op, operands);
    return step(op, operands[0].type(), 0, operands);
  }

  private Value convert(Op op, Value a, Type from, Type to) {
    require(op, a, from);
    return step(op, to, 0, a);
  }

  private Value numeric(Op op, Value a, Value b) {
    if (a.type() == Type.BOOL) {
      throw new IllegalArgumentException(op + " of a BOOL");
    }
    requireSame(op, a, b);
    return step(op, a.type(), 0, a, b);
  }

  private Value comparison(Op op, Value a, Value b) {
    requireSame(op, a, b);
    return step(op, Type.BOOL, 0, a, b);
  }

  private Value bitwise(Op op, Value a, Value b) {
    require(op, a, Type.I32);
    requireSame(op, a, b);
    return step(op, Type.I32, 0, a, b);
  }

  private Value shift(Op op, Value a, int by) {
    require(op, a, Type.I32);
    if (by < 0 || by > 31) {
      throw new IllegalArgumentException(op + " by " + by);
    }
    return step(op, Type.I32, by, a);
  }

  private static void require(Op op, Value operand, Type type) {
    if (operand.type() != type) {
      throw new IllegalArgumentException(op + " takes " + type + ", not " + operand.type());
    }
  }

  private static void requireSame(Op op, Value... operands) {
    for (Value operand : operands) {
      require(op, operand, operands[0].type());
    }
  }

  private Value step(Op op, Type type, long number, Value... operands) {
    return steps.step(op, type, number, operands);
  }
}
