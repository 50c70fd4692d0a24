package invact.runtime.internal.scalar;

import invact.internal.program.Computation;
import invact.internal.program.Instruction;
import invact.internal.program.Interpreter;
import invact.internal.program.Listing;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import invact.runtime.internal.GeneratedCode;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiles programs of one F32 input and one F32 output to methods, bit for bit the {@link
 * invact.internal.program.Interpreter}'s results.
 *
 * <p>A class stands for each program; its data are arrays that the instance holds, so that
 * coefficient sets of one shape share the class. The line numbers of its code are those of the
 * program's {@link Listing}.
 */
public final class ScalarCompiler {
  private static final Map<String, MethodHandle> COMPILED = new ConcurrentHashMap<>();

  private static final ClassDesc FUNCTION = FloatFunction.class.describeConstable().orElseThrow();
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final ClassDesc STRICT_MATH = ClassDesc.of("java.lang.StrictMath");
  private static final ClassDesc FLOAT = ClassDesc.of("java.lang.Float");
  private static final ClassDesc FLOATS = ConstantDescs.CD_float.arrayType();
  private static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
  private static final MethodTypeDesc FLOAT_TO_FLOAT = type(ConstantDescs.CD_float, 1);
  private static final MethodTypeDesc DOUBLE_TO_DOUBLE = type(ConstantDescs.CD_double, 1);

  private final Program program;
  private final Listing listing;
  private final ClassDesc name;
  private final CodeBuilder out;

  /** The local variable of each value. */
  private final Map<Integer, Integer> locals = new HashMap<>();

  private ScalarCompiler(Program program, ClassDesc name, CodeBuilder out) {
    this.program = program;
    this.name = name;
    this.listing = Listing.of(program);
    this.out = out;
  }

  /**
   * Compiles a function.
   *
   * @param computation a program of one F32 input whose first output is an F32, with its data
   * @return the function; threads may share it
   */
  public static FloatFunction compile(Computation computation) {
    if (GeneratedCode.isUnwanted()) {
      return interpreted(computation);
    }
    Program program = computation.program();
    MethodHandle constructor =
        COMPILED.computeIfAbsent(Listing.of(program).text(), _ -> define(program));
    int[] data = computation.data();
    float[] numbers = new float[data.length];
    for (int k = 0; k < data.length; k++) {
      numbers[k] = Float.intBitsToFloat(data[k]);
    }
    try {
      return (FloatFunction) constructor.invoke(numbers, data);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** An interpreter keeps the values of its element, so that each thread has one of its own. */
  private static FloatFunction interpreted(Computation computation) {
    ThreadLocal<Interpreter> interpreter =
        ThreadLocal.withInitial(() -> new Interpreter(computation));
    return x -> interpreter.get().value(x);
  }

  private static MethodHandle define(Program program) {
    try {
      return MethodHandles.lookup()
          .findConstructor(
              GeneratedCode.define(
                  MethodHandles.lookup(),
                  "CompiledFunction",
                  program,
                  (name, type) -> write(program, name, type)),
              MethodType.methodType(void.class, float[].class, int[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Program program, ClassDesc name, ClassBuilder type) {
    type.withInterfaceSymbols(FUNCTION);
    type.withField("numbers", FLOATS, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    type.withField("data", INTS, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
    type.withMethodBody(
        ConstantDescs.INIT_NAME,
        MethodTypeDesc.of(ConstantDescs.CD_void, FLOATS, INTS),
        ClassFile.ACC_PUBLIC,
        out -> writeConstructor(name, out));
    type.withMethodBody(
        "apply",
        FLOAT_TO_FLOAT,
        AccessFlag.PUBLIC.mask(),
        out -> new ScalarCompiler(program, name, out).writeMethod());
  }

  private static void writeConstructor(ClassDesc name, CodeBuilder out) {
    out.aload(0)
        .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
        .aload(0)
        .aload(1)
        .putfield(name, "numbers", FLOATS)
        .aload(0)
        .aload(2)
        .putfield(name, "data", INTS)
        .return_();
  }

  private void writeMethod() {
    write(program.body());
    load(program.outputs().getFirst().value());
    out.freturn();
  }

  private void write(List<Instruction> block) {
    for (Instruction step : block) {
      out.lineNumber(listing.line(step.id()));
      if (step.op() == Op.RARELY) {
        writeRarely(step);
      } else {
        writeStep(step);
        store(step);
      }
    }
  }

  private void writeRarely(Instruction step) {
    Label body = out.newLabel();
    Label end = out.newLabel();
    int local = out.allocateLocal(kind(step.type()));
    load(step.operand(0));
    out.ifne(body);
    load(step.operand(1));
    out.storeLocal(kind(step.type()), local);
    out.goto_(end);
    out.labelBinding(body);
    write(step.body());
    load(step.result());
    out.storeLocal(kind(step.type()), local);
    out.labelBinding(end);
    locals.put(step.id(), local);
  }

  private void store(Instruction step) {
    int local = out.allocateLocal(kind(step.type()));
    out.storeLocal(kind(step.type()), local);
    locals.put(step.id(), local);
  }

  private void load(int id) {
    out.loadLocal(kind(program.step(id).type()), locals.get(id));
  }

  private static TypeKind kind(Type type) {
    return switch (type) {
      case F32 -> TypeKind.FLOAT;
      case F64 -> TypeKind.DOUBLE;
      case I32, BOOL -> TypeKind.INT;
    };
  }

  private static MethodTypeDesc type(ClassDesc number, int parameters) {
    return MethodTypeDesc.of(number, Collections.nCopies(parameters, number));
  }

  private void writeStep(Instruction step) {
    boolean wide = step.type() == Type.F64;
    switch (step.op()) {
      case INPUT -> out.fload(1);
      case PARAMETER -> number(step, () -> out.loadConstant(offset(step)));
      case LOOKUP -> {
        Runnable index =
            () -> {
              load(step.operand(0));
              out.loadConstant(length(step) - 1).iand().loadConstant(offset(step)).iadd();
            };
        if (step.type() == Type.F32) {
          number(step, index);
        } else {
          out.aload(0).getfield(name, "data", INTS);
          index.run();
          out.iaload();
        }
      }
      case CONSTANT -> {
        switch (step.type()) {
          case F32 -> out.loadConstant(Float.intBitsToFloat((int) step.number()));
          case F64 -> out.loadConstant(step.constant());
          case I32, BOOL -> out.loadConstant((int) step.number());
        }
      }
      case MAX, MIN -> bound(step);
      case LT, GT, GE, EQ -> compare(step.op(), step);
      case SELECT -> select(step);
      case NOT -> {
        load(step.operand(0));
        out.iconst_1().ixor();
      }
      default -> {
        step.operands().forEach(this::load);
        if (step.type() == Type.I32 || step.type() == Type.BOOL) {
          integer(step);
        } else if (wide) {
          arithmetic64(step);
        } else {
          arithmetic32(step);
        }
      }
    }
  }

  private void number(Instruction step, Runnable index) {
    out.aload(0).getfield(name, "numbers", FLOATS);
    index.run();
    out.faload();
  }

  private int offset(Instruction step) {
    return program.parameters().get((int) step.number()).offset();
  }

  private int length(Instruction step) {
    return program.parameters().get((int) step.number()).length();
  }

  private void arithmetic32(Instruction step) {
    switch (step.op()) {
      case ADD -> out.fadd();
      case SUBTRACT -> out.fsub();
      case MULTIPLY -> out.fmul();
      case DIVIDE -> out.fdiv();
      case NEGATE -> out.fneg();
      case FMA -> out.invokestatic(MATH, "fma", type(ConstantDescs.CD_float, 3));
      case ABS -> out.invokestatic(MATH, "abs", FLOAT_TO_FLOAT);
      case SQRT -> out.f2d().invokestatic(MATH, "sqrt", DOUBLE_TO_DOUBLE).d2f();
      case EXP -> out.f2d().invokestatic(STRICT_MATH, "exp", DOUBLE_TO_DOUBLE).d2f();
      case POWER -> {
        // Both operands are on the stack: the second is widened by way of a local variable.
        int exponent = out.allocateLocal(TypeKind.FLOAT);
        out.fstore(exponent).f2d().fload(exponent).f2d();
        out.invokestatic(STRICT_MATH, "pow", type(ConstantDescs.CD_double, 2)).d2f();
      }
      case RECIPROCAL -> {
        int operand = out.allocateLocal(TypeKind.FLOAT);
        out.fstore(operand).fconst_1().fload(operand).fdiv();
      }
      case EXP2 -> {
        int operand = out.allocateLocal(TypeKind.FLOAT);
        out.fstore(operand).loadConstant(2.0).fload(operand).f2d();
        out.invokestatic(STRICT_MATH, "pow", type(ConstantDescs.CD_double, 2)).d2f();
      }
      case FLOAT ->
          out.invokestatic(
              FLOAT,
              "intBitsToFloat",
              MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int));
      case NARROW -> out.d2f();
      default -> throw unknown(step);
    }
  }

  private void arithmetic64(Instruction step) {
    switch (step.op()) {
      case ADD -> out.dadd();
      case SUBTRACT -> out.dsub();
      case MULTIPLY -> out.dmul();
      case DIVIDE -> out.ddiv();
      case NEGATE -> out.dneg();
      case FMA -> out.invokestatic(MATH, "fma", type(ConstantDescs.CD_double, 3));
      case ABS -> out.invokestatic(MATH, "abs", DOUBLE_TO_DOUBLE);
      case SQRT -> out.invokestatic(MATH, "sqrt", DOUBLE_TO_DOUBLE);
      case EXP -> out.invokestatic(STRICT_MATH, "exp", DOUBLE_TO_DOUBLE);
      case WIDEN -> out.f2d();
      default -> throw unknown(step);
    }
  }

  private void integer(Instruction step) {
    switch (step.op()) {
      case ADD -> out.iadd();
      case SUBTRACT -> out.isub();
      case AND -> out.iand();
      case OR -> out.ior();
      case XOR -> out.ixor();
      case SHIFT_LEFT -> out.loadConstant((int) step.number()).ishl();
      case SHIFT_RIGHT -> out.loadConstant((int) step.number()).iushr();
      case SHIFT_RIGHT_SIGNED -> out.loadConstant((int) step.number()).ishr();
      case BITS ->
          out.invokestatic(
              FLOAT,
              "floatToRawIntBits",
              MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_float));
      default -> throw unknown(step);
    }
  }

  private void bound(Instruction step) {
    if (step.type() == Type.I32) {
      step.operands().forEach(this::load);
      out.invokestatic(MATH, step.op() == Op.MAX ? "max" : "min", type(ConstantDescs.CD_int, 2));
      return;
    }
    compare(step.op() == Op.MAX ? Op.LT : Op.GT, step);
    choose(() -> load(step.operand(1)), () -> load(step.operand(0)));
  }

  private void select(Instruction step) {
    load(step.operand(0));
    choose(() -> load(step.operand(1)), () -> load(step.operand(2)));
  }

  /** Leaves 1 on the stack if the first two operands compare so, else 0; for NaN 0. */
  private void compare(Op op, Instruction step) {
    load(step.operand(0));
    load(step.operand(1));
    boolean isLess = op == Op.LT;
    Opcode jump =
        switch (program.step(step.operand(0)).type()) {
          case F32 -> {
            // The one that calls NaN greater where less is asked, and the other way round.
            out.with(OperatorInstruction.of(isLess ? Opcode.FCMPG : Opcode.FCMPL));
            yield jump(op);
          }
          case F64 -> {
            out.with(OperatorInstruction.of(isLess ? Opcode.DCMPG : Opcode.DCMPL));
            yield jump(op);
          }
          case I32, BOOL ->
              switch (op) {
                case LT -> Opcode.IF_ICMPLT;
                case GT -> Opcode.IF_ICMPGT;
                case GE -> Opcode.IF_ICMPGE;
                default -> Opcode.IF_ICMPEQ;
              };
        };
    Label yes = out.newLabel();
    Label end = out.newLabel();
    out.branch(jump, yes).iconst_0().goto_(end).labelBinding(yes).iconst_1().labelBinding(end);
  }

  private static Opcode jump(Op op) {
    return switch (op) {
      case LT -> Opcode.IFLT;
      case GT -> Opcode.IFGT;
      case GE -> Opcode.IFGE;
      default -> Opcode.IFEQ;
    };
  }

  /** Takes an answer from the stack, and leaves one of two values. */
  private void choose(Runnable yes, Runnable no) {
    Label otherwise = out.newLabel();
    Label end = out.newLabel();
    out.ifeq(otherwise);
    yes.run();
    out.goto_(end);
    out.labelBinding(otherwise);
    no.run();
    out.labelBinding(end);
  }

  private static IllegalStateException unknown(Instruction step) {
    return new IllegalStateException(step.op() + " of " + step.type());
  }
}
