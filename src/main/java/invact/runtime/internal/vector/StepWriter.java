package invact.runtime.internal.vector;

import invact.internal.program.Instruction;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Map;

/** Writes the steps of a program on values that are in local variables. */
class StepWriter extends VectorCode {
  final Program program;
  final LoopPlan plan;

  /** The local variable of each value that is in one. */
  final Map<Integer, Integer> locals = new HashMap<>();

  /** The local variable of each number of the data, and of each gathered table. */
  final Map<Integer, Integer> data = new HashMap<>();

  /** The local variables of the indicator's bits, by the number of the input. */
  final Map<Integer, Integer> bits = new HashMap<>();

  /** The local variable of the permuted tables. */
  int permuted;

  /** The local variable of the thread's memory for indices of a gather. */
  int indices;

  /** The value whose indices are there; −1 before the first gather. */
  private int indicesHold = -1;

  StepWriter(Program program, LoopPlan plan, CodeBuilder out) {
    super(out);
    this.program = program;
    this.plan = plan;
  }

  /** Leaves the value of a step on the stack. */
  void step(Instruction step) {
    ClassDesc type = vectorOf(step.type());
    switch (step.op()) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, FMA -> arithmetic(step, type);
      case AND, OR, XOR -> bitwise(step, type);
      case SQRT -> {
        push(step.operand(0));
        out.invokevirtual(type, "sqrt", MethodTypeDesc.of(type));
      }
      case NEGATE, ABS -> {
        push(step.operand(0));
        String name = step.op() == Op.ABS ? "abs" : "neg";
        out.invokevirtual(type, name, MethodTypeDesc.of(type));
      }
      case MAX, MIN -> bound(step, type);
      case LT, GT, GE, EQ -> compare(step);
      case NOT -> not(step.operand(0));
      case SELECT -> select(step, type);
      case SHIFT_LEFT -> shift("LSHL", step);
      case SHIFT_RIGHT -> shift("LSHR", step);
      case SHIFT_RIGHT_SIGNED -> shift("ASHR", step);
      case BITS -> {
        push(step.operand(0));
        out.invokevirtual(FLOATS, "reinterpretAsInts", MethodTypeDesc.of(INTS));
      }
      case FLOAT -> {
        push(step.operand(0));
        out.invokevirtual(INTS, "reinterpretAsFloats", MethodTypeDesc.of(FLOATS));
      }
      case LOOKUP -> lookup(step);
      default -> throw new IllegalStateException(step.op() + " of " + step.type());
    }
  }

  private void arithmetic(Instruction step, ClassDesc type) {
    step.operands().forEach(this::push);
    switch (step.op()) {
      case ADD -> out.invokevirtual(type, "add", MethodTypeDesc.of(type, VECTOR));
      case SUBTRACT -> out.invokevirtual(type, "sub", MethodTypeDesc.of(type, VECTOR));
      case MULTIPLY -> out.invokevirtual(type, "mul", MethodTypeDesc.of(type, VECTOR));
      case DIVIDE -> out.invokevirtual(type, "div", MethodTypeDesc.of(type, VECTOR));
      default -> out.invokevirtual(type, "fma", MethodTypeDesc.of(type, VECTOR, VECTOR));
    }
  }

  private void bitwise(Instruction step, ClassDesc type) {
    if (step.type() == Type.BOOL) {
      Instruction second = program.step(step.operand(1));
      if (plan.isFolded(second.id())) {
        compareUnder(second, () -> mask(step.operand(0), plan.operandType(second)));
      } else {
        mask(step.operand(0), Type.F32);
        mask(step.operand(1), Type.F32);
        out.invokevirtual(MASK, "and", MethodTypeDesc.of(MASK, MASK));
      }
      return;
    }
    push(step.operand(0));
    operator(step.op().name(), "Associative");
    push(step.operand(1));
    out.invokevirtual(
        type, "lanewise", MethodTypeDesc.of(type, vector("VectorOperators$Binary"), VECTOR));
  }

  private void shift(String operator, Instruction step) {
    push(step.operand(0));
    operator(operator, "Binary");
    out.loadConstant((int) step.number());
    out.invokevirtual(
        INTS,
        "lanewise",
        MethodTypeDesc.of(INTS, vector("VectorOperators$Binary"), ConstantDescs.CD_int));
  }

  private void bound(Instruction step, ClassDesc type) {
    if (step.type() == Type.I32) {
      step.operands().forEach(this::push);
      String name = step.op() == Op.MAX ? "max" : "min";
      out.invokevirtual(type, name, MethodTypeDesc.of(type, VECTOR));
      return;
    }
    step.operands().forEach(this::push);
    push(step.operand(0));
    operator(step.op() == Op.MAX ? "LT" : "GT", "Comparison");
    push(step.operand(1));
    out.invokevirtual(type, "compare", comparison());
    blend(type);
  }

  private void compare(Instruction step) {
    ClassDesc type = vectorOf(plan.operandType(step));
    push(step.operand(0));
    operator(step.op().name(), "Comparison");
    push(step.operand(1));
    out.invokevirtual(type, "compare", comparison());
  }

  /** A comparison in the lanes of a mask alone. */
  private void compareUnder(Instruction step, Runnable mask) {
    ClassDesc type = vectorOf(plan.operandType(step));
    push(step.operand(0));
    operator(step.op().name(), "Comparison");
    push(step.operand(1));
    mask.run();
    out.invokevirtual(
        type,
        "compare",
        MethodTypeDesc.of(MASK, vector("VectorOperators$Comparison"), VECTOR, MASK));
  }

  private void not(int operand) {
    Instruction step = program.step(operand);
    if (step.op() == Op.INPUT) {
      species("FLOATS").lload(bits.get((int) step.number())).loadConstant(-1L).lxor();
      out.invokestatic(MASK, "fromLong", fromLong());
    } else {
      mask(operand, Type.F32);
      out.invokevirtual(MASK, "not", MethodTypeDesc.of(MASK));
    }
  }

  private void select(Instruction step, ClassDesc type) {
    Instruction yes = program.step(step.operand(1));
    if (!plan.isFolded(yes.id())) {
      push(step.operand(2));
      push(step.operand(1));
      mask(step.operand(0), step.type());
      blend(type);
      return;
    }
    push(yes.operand(0));
    if (yes.op() == Op.NEGATE) {
      operator("NEG", "Unary");
      mask(step.operand(0), step.type());
      out.invokevirtual(
          type, "lanewise", MethodTypeDesc.of(type, vector("VectorOperators$Unary"), MASK));
    } else {
      operator(yes.op().name(), "Associative");
      push(yes.operand(1));
      mask(step.operand(0), step.type());
      out.invokevirtual(
          type,
          "lanewise",
          MethodTypeDesc.of(type, vector("VectorOperators$Binary"), VECTOR, MASK));
    }
  }

  private void lookup(Instruction step) {
    int number = (int) step.number();
    Program.Parameter parameter = program.parameters().get(number);
    boolean isFloat = step.type() == Type.F32;
    if (parameter.length() == 1) {
      broadcast(Type.F32, () -> out.fload(data.get(number)));
      return;
    }
    if (LoopData.isGathered(parameter)) {
      gather(step, parameter);
      return;
    }
    push(step.operand(0));
    species("INTS").aload(permuted);
    out.loadConstant(LoopData.place(program.parameters(), number));
    out.getstatic(LANES, "COUNT", ConstantDescs.CD_int).imul();
    out.invokestatic(
        INTS, "fromArray", MethodTypeDesc.of(INTS, SPECIES, INT_ARRAY, ConstantDescs.CD_int));
    out.invokevirtual(INTS, "selectFrom", MethodTypeDesc.of(INTS, VECTOR));
    if (isFloat) {
      out.invokevirtual(INTS, "reinterpretAsFloats", MethodTypeDesc.of(FLOATS));
    }
  }

  /** The Vector API gathers from indices in memory only; they do not get past the first cache. */
  private void gather(Instruction step, Program.Parameter parameter) {
    boolean isFloat = step.type() == Type.F32;
    ClassDesc array = isFloat ? FLOAT_ARRAY : INT_ARRAY;
    if (indicesHold != step.operand(0)) {
      push(step.operand(0));
      if ((plan.largest(step.operand(0)) & -parameter.length()) != 0) {
        broadcast(Type.I32, () -> out.loadConstant(parameter.length() - 1));
        out.invokevirtual(INTS, "and", MethodTypeDesc.of(INTS, VECTOR));
      }
      out.aload(indices).getstatic(INDICES, "APART", ConstantDescs.CD_int);
      out.invokevirtual(
          INTS,
          "intoArray",
          MethodTypeDesc.of(ConstantDescs.CD_void, INT_ARRAY, ConstantDescs.CD_int));
      indicesHold = step.operand(0);
    }
    species(isFloat ? "FLOATS" : "INTS").aload(data.get((int) step.number())).iconst_0();
    out.aload(indices).getstatic(INDICES, "APART", ConstantDescs.CD_int);
    ClassDesc type = isFloat ? FLOATS : INTS;
    out.invokestatic(
        type,
        "fromArray",
        MethodTypeDesc.of(
            type, SPECIES, array, ConstantDescs.CD_int, INT_ARRAY, ConstantDescs.CD_int));
  }

  /** Leaves a value on the stack, as a register of it. */
  void push(int id) {
    Instruction step = program.step(id);
    switch (step.op()) {
      case PARAMETER -> broadcast(Type.F32, () -> out.fload(data.get((int) step.number())));
      case CONSTANT -> {
        if (step.type() == Type.F32) {
          broadcast(Type.F32, () -> out.loadConstant(Float.intBitsToFloat((int) step.number())));
        } else {
          broadcast(Type.I32, () -> out.loadConstant((int) step.number()));
        }
      }
      default -> {
        if (step.type() == Type.BOOL) {
          throw new IllegalStateException("a BOOL is a mask");
        }
        out.aload(locals.get(id));
      }
    }
  }

  /** Leaves a BOOL on the stack, as a mask of lanes of a type. */
  void mask(int id, Type lanes) {
    Instruction step = program.step(id);
    boolean isInts = lanes == Type.I32;
    if (step.op() == Op.INPUT) {
      species(isInts ? "INTS" : "FLOATS").lload(bits.get((int) step.number()));
      out.invokestatic(MASK, "fromLong", fromLong());
      return;
    }
    out.aload(locals.get(id));
    if ((plan.maskType(step) == Type.I32) != isInts) {
      species(isInts ? "INTS" : "FLOATS");
      out.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
    }
  }
}
