package invact.runtime.internal.vector;

import invact.internal.program.Instruction;
import invact.internal.program.Listing;
import invact.internal.program.Op;
import invact.internal.program.Program;
import invact.internal.program.Type;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes the method of one loop; {@link LoopCompiler} says what for. */
final class LoopWriter {
  /** From this length on a table is gathered from, up to a register's lanes it is permuted. */
  static final int LEAST_GATHERED = 1 << 16;

  private static final String PACKAGE = LoopWriter.class.getPackageName();

  /** The class that is written. */
  static final ClassDesc NAME = ClassDesc.of(PACKAGE + ".CompiledLoop");

  private static final ClassDesc FLOAT_ARRAY = ConstantDescs.CD_float.arrayType();
  private static final ClassDesc INT_ARRAY = ConstantDescs.CD_int.arrayType();
  private static final ClassDesc OBJECT_ARRAY = ConstantDescs.CD_Object.arrayType();

  /** Its fields: {@link LoopData}'s components. */
  static final Map<String, ClassDesc> FIELDS =
      Map.of("numbers", FLOAT_ARRAY, "permuted", INT_ARRAY, "gathered", OBJECT_ARRAY);

  static final MethodTypeDesc CONSTRUCTOR =
      MethodTypeDesc.of(ConstantDescs.CD_void, FLOAT_ARRAY, INT_ARRAY, OBJECT_ARRAY);

  private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  private static final ClassDesc LANES = ClassDesc.of(PACKAGE + ".Lanes");
  private static final ClassDesc STORAGE = ClassDesc.of(PACKAGE + ".Storage");
  private static final ClassDesc BITS = ClassDesc.of(PACKAGE + ".IndicatorBits");
  private static final ClassDesc INDICES = ClassDesc.of(PACKAGE + ".GatherIndices");
  private static final ClassDesc FLOATS = vector("FloatVector");
  private static final ClassDesc INTS = vector("IntVector");
  private static final ClassDesc SHORTS = vector("ShortVector");
  private static final ClassDesc VECTOR = vector("Vector");
  private static final ClassDesc MASK = vector("VectorMask");
  private static final ClassDesc SPECIES = vector("VectorSpecies");
  private static final ClassDesc OPERATORS = vector("VectorOperators");
  private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");

  private static final int SEGMENTS = 5;

  static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          SEGMENT,
          SEGMENT,
          SEGMENT,
          SEGMENT,
          SEGMENT,
          ConstantDescs.CD_long,
          ConstantDescs.CD_int);

  /** The local variables of run's parameters. */
  private static final int FIRST_SEGMENT = 1;

  private static final int FROM = FIRST_SEGMENT + SEGMENTS;
  private static final int COUNT = FROM + 2;

  private final Program program;
  private final List<Stream> streams;
  private final Storage storage;
  private final Listing listing;
  private final CodeBuilder out;

  /** The local variable of each value that is in one. */
  private final Map<Integer, Integer> slots = new HashMap<>();

  /** The local variable of each number of the data, and of each gathered table. */
  private final Map<Integer, Integer> data = new HashMap<>();

  /** The local variables of the indicator's bits and of their complement's mask. */
  private final Map<Integer, Integer> bits = new HashMap<>();

  /** Which values other steps or outputs take, and how often. */
  private final Map<Integer, Integer> uses = new HashMap<>();

  /** Values that the step that takes them writes itself. */
  private final Set<Integer> folded = new HashSet<>();

  private int permuted;
  private int indices;
  private int indicesHold = -1;
  private int element;

  LoopWriter(Program program, List<Stream> streams, Storage storage, CodeBuilder out) {
    this.program = program;
    this.streams = streams;
    this.storage = storage;
    this.out = out;
    listing = Listing.of(program);
    program.forEach(this::countUses);
    program.outputs().forEach(output -> uses.merge(output.value(), 1, Integer::sum));
    program.forEach(this::fold);
  }

  private static ClassDesc vector(String name) {
    return ClassDesc.of("jdk.incubator.vector." + name);
  }

  static void writeConstructor(CodeBuilder out) {
    out.aload(0)
        .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
    List<String> fields = List.of("numbers", "permuted", "gathered");
    for (int k = 0; k < fields.size(); k++) {
      out.aload(0).aload(k + 1).putfield(NAME, fields.get(k), FIELDS.get(fields.get(k)));
    }
    out.return_();
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

  /** The whole method. */
  void write() {
    writePrologue();
    int i = out.allocateLocal(TypeKind.INT);
    Label end = out.newLabel();
    out.iconst_0().istore(i).iload(i).iload(COUNT).if_icmpge(end);
    Label loop = out.newBoundLabel();
    element = out.allocateLocal(TypeKind.LONG);
    out.lload(FROM).iload(i).i2l().ladd().lstore(element);
    write(program.body());
    out.iload(i).getstatic(LANES, "COUNT", ConstantDescs.CD_int).iadd().istore(i);
    out.iload(i).iload(COUNT);
    if (keepsOrder()) {
      out.if_icmpne(loop);
    } else {
      out.if_icmplt(loop);
    }
    out.labelBinding(end).return_();
  }

  /**
   * Whether C2 is not to see a counted loop. It takes the range checks out of a counted loop, and
   * then moves a second gather down to where its values are used, so that less of it overlaps: fp16
   * gated units backward took 32 ns for 16 elements instead of 27 (EPYC Zen 4, {@code invact bench
   * --threads 1 --elements 131072}).
   */
  private boolean keepsOrder() {
    int[] gathers = {0};
    program.forEach(step -> {
      boolean isGather =
          step.op() == Op.LOOKUP
              && LoopData.isGathered(program.parameters().get((int) step.number()));
      gathers[0] += isGather ? 1 : 0;
    });
    return gathers[0] > 1;
  }

  /** Casts the segments to classes that are constants, and reads the data. */
  private void writePrologue() {
    for (int s = 0; s < streams.size(); s++) {
      out.getstatic(STORAGE, storage.constant(streams.get(s).kind()), ConstantDescs.CD_Class)
          .aload(FIRST_SEGMENT + s)
          .invokevirtual(
              ConstantDescs.CD_Class,
              "cast",
              MethodTypeDesc.of(ConstantDescs.CD_Object, ConstantDescs.CD_Object))
          .checkcast(SEGMENT)
          .astore(FIRST_SEGMENT + s);
    }
    permuted = out.allocateLocal(TypeKind.REFERENCE);
    out.aload(0).getfield(NAME, "permuted", INT_ARRAY).astore(permuted);
    Set<Integer> used = new HashSet<>();
    program.forEach(step -> {
      if (step.op() == Op.PARAMETER || step.op() == Op.LOOKUP) {
        used.add((int) step.number());
      }
    });
    used.stream().sorted().forEach(this::readData);
    if (used.stream().anyMatch(k -> LoopData.isGathered(program.parameters().get(k)))) {
      indices = out.allocateLocal(TypeKind.REFERENCE);
      out.invokestatic(INDICES, "ofThread", MethodTypeDesc.of(INT_ARRAY)).astore(indices);
    }
  }

  private void readData(int number) {
    Program.Parameter parameter = program.parameters().get(number);
    if (parameter.length() == 1) {
      int slot = out.allocateLocal(TypeKind.FLOAT);
      out.aload(0).getfield(NAME, "numbers", FLOAT_ARRAY).loadConstant(number).faload();
      out.fstore(slot);
      data.put(number, slot);
    } else if (LoopData.isGathered(parameter)) {
      int slot = out.allocateLocal(TypeKind.REFERENCE);
      out.aload(0).getfield(NAME, "gathered", OBJECT_ARRAY);
      out.loadConstant(LoopData.place(program.parameters(), number)).aaload();
      out.checkcast(parameter.type() == Type.F32 ? FLOAT_ARRAY : INT_ARRAY).astore(slot);
      data.put(number, slot);
    }
  }

  /** Loads an input where the program first has it; all before anything is stored. */
  private void load(Instruction input) {
    if (slots.containsKey(input.id())) {
      return;
    }
    Program.Input what = program.inputs().get((int) input.number());
    for (int s = 0; s < streams.size(); s++) {
      if (streams.get(s).name().equals(what.name())) {
        int number = (int) input.number();
        int segment = FIRST_SEGMENT + s;
        slots.put(input.id(), loaded(number, segment, streams.get(s).kind(), what.type()));
      }
    }
  }

  /** An output may be an input's buffer. */
  private void loadAll() {
    program.body().stream().filter(step -> step.op() == Op.INPUT).forEach(this::load);
  }

  /** The local variable of an input. */
  private int loaded(int input, int segment, Stream.Kind kind, Type type) {
    switch (kind) {
      case FLOAT -> {
        species("FLOATS").aload(segment);
        address(2);
        order().invokestatic(FLOATS, "fromMemorySegment", fromSegment(FLOATS));
        return store(TypeKind.REFERENCE);
      }
      case SIGNED_16, UNSIGNED_16 -> {
        species("SHORTS").aload(segment);
        address(1);
        order().invokestatic(SHORTS, "fromMemorySegment", fromSegment(SHORTS));
        convert(kind == Stream.Kind.SIGNED_16 ? "S2I" : "ZERO_EXTEND_S2I", SHORTS, "INTS", INTS);
        return store(TypeKind.REFERENCE);
      }
      default -> {
        bitsAddress(segment);
        out.invokeinterface(
            SEGMENT, "get", MethodTypeDesc.of(bitsType(), bitsLayout(), ConstantDescs.CD_long));
        out.i2l();
        int slot = store(TypeKind.LONG);
        bits.put(input, slot);
        return type == Type.I32 ? leftSigns(slot) : slot;
      }
    }
  }

  /**
   * Negative where S is not set: registers without mask registers beside them get this sooner than
   * a mask.
   */
  private int leftSigns(int slot) {
    broadcast(Type.I32, () -> out.lload(slot).l2i().iconst_m1().ixor());
    operator("LSHL", "Binary");
    species("INTS").getstatic(BITS, "TO_SIGN", INT_ARRAY).iconst_0();
    out.invokestatic(
        INTS, "fromArray", MethodTypeDesc.of(INTS, SPECIES, INT_ARRAY, ConstantDescs.CD_int));
    out.invokevirtual(
        INTS, "lanewise", MethodTypeDesc.of(INTS, vector("VectorOperators$Binary"), VECTOR));
    return store(TypeKind.REFERENCE);
  }

  /** Leaves a segment, the layout of a register's bits and their address on the stack. */
  private void bitsAddress(int segment) {
    out.aload(segment).getstatic(BITS, Lanes.COUNT == 16 ? "TWO_BYTES" : "BYTE", bitsLayout());
    address(-3);
  }

  private static ClassDesc bitsLayout() {
    return ClassDesc.of(
        "java.lang.foreign.ValueLayout$" + (Lanes.COUNT == 16 ? "OfShort" : "OfByte"));
  }

  private static ClassDesc bitsType() {
    return Lanes.COUNT == 16 ? ConstantDescs.CD_short : ConstantDescs.CD_byte;
  }

  private void write(List<Instruction> block) {
    for (Instruction step : block) {
      out.lineNumber(listing.line(step.id()));
      boolean isWritten =
          switch (step.op()) {
            case INPUT, PARAMETER, CONSTANT -> false;
            default -> !folded.contains(step.id());
          };
      if (step.op() == Op.INPUT) {
        load(step);
      } else if (step.op() == Op.RARELY) {
        rarely(step);
      } else if (isWritten) {
        step(step);
        slots.put(step.id(), store(TypeKind.REFERENCE));
      }
      program.outputs().stream()
          .filter(output -> output.value() == step.id())
          .forEach(this::output);
    }
  }

  private void rarely(Instruction step) {
    push(step.operand(1));
    int slot = store(TypeKind.REFERENCE);
    Label end = out.newLabel();
    mask(step.operand(0), Type.F32);
    int mask = store(TypeKind.REFERENCE);
    out.aload(mask).invokevirtual(MASK, "anyTrue", MethodTypeDesc.of(ConstantDescs.CD_boolean));
    out.ifeq(end);
    write(step.body());
    out.aload(slot);
    push(step.result());
    out.aload(mask);
    blend(vectorOf(step.type()));
    out.astore(slot);
    out.labelBinding(end);
    slots.put(step.id(), slot);
  }

  private void output(Program.Output output) {
    loadAll();
    for (int s = 0; s < streams.size(); s++) {
      Stream stream = streams.get(s);
      if (!stream.name().equals(output.name())) {
        continue;
      }
      if (stream.kind() == Stream.Kind.BIT) {
        bitsAddress(FIRST_SEGMENT + s);
        out.aload(slots.get(output.value()));
        out.invokevirtual(MASK, "toLong", MethodTypeDesc.of(ConstantDescs.CD_long)).l2i();
        if (Lanes.COUNT == 16) {
          out.i2s();
        } else {
          out.i2b();
        }
        out.invokeinterface(
            SEGMENT,
            "set",
            MethodTypeDesc.of(
                ConstantDescs.CD_void, bitsLayout(), ConstantDescs.CD_long, bitsType()));
        continue;
      }
      push(output.value());
      boolean isFloat = stream.kind() == Stream.Kind.FLOAT;
      if (!isFloat) {
        convert("I2S", INTS, "SHORTS", SHORTS);
      }
      out.aload(FIRST_SEGMENT + s);
      address(isFloat ? 2 : 1);
      order()
          .invokevirtual(
              isFloat ? FLOATS : SHORTS,
              "intoMemorySegment",
              MethodTypeDesc.of(ConstantDescs.CD_void, SEGMENT, ConstantDescs.CD_long, ORDER));
    }
  }

  /** Leaves the value of a step on the stack. */
  private void step(Instruction step) {
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
      if (folded.contains(second.id())) {
        compareUnder(second, () -> mask(step.operand(0), operandType(second)));
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
    ClassDesc type = vectorOf(operandType(step));
    push(step.operand(0));
    operator(step.op().name(), "Comparison");
    push(step.operand(1));
    out.invokevirtual(type, "compare", comparison());
  }

  /** A comparison in the lanes of a mask alone. */
  private void compareUnder(Instruction step, Runnable mask) {
    ClassDesc type = vectorOf(operandType(step));
    push(step.operand(0));
    operator(step.op().name(), "Comparison");
    push(step.operand(1));
    mask.run();
    out.invokevirtual(
        type,
        "compare",
        MethodTypeDesc.of(MASK, vector("VectorOperators$Comparison"), VECTOR, MASK));
  }

  private static MethodTypeDesc comparison() {
    return MethodTypeDesc.of(MASK, vector("VectorOperators$Comparison"), VECTOR);
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

  private static MethodTypeDesc fromLong() {
    return MethodTypeDesc.of(MASK, SPECIES, ConstantDescs.CD_long);
  }

  private void select(Instruction step, ClassDesc type) {
    Instruction yes = program.step(step.operand(1));
    if (!folded.contains(yes.id())) {
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

  private void blend(ClassDesc type) {
    out.invokevirtual(type, "blend", MethodTypeDesc.of(type, VECTOR, MASK));
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
      if ((largest(step.operand(0)) & -parameter.length()) != 0) {
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

  /** The bits that an I32 can have set, as far as that is easy to say. */
  private int largest(int id) {
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

  /** Leaves a value on the stack, as a register of it. */
  private void push(int id) {
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
        out.aload(slots.get(id));
      }
    }
  }

  private void broadcast(Type type, Runnable number) {
    boolean isFloat = type == Type.F32;
    species(isFloat ? "FLOATS" : "INTS");
    number.run();
    ClassDesc vector = vectorOf(type);
    out.invokestatic(
        vector,
        "broadcast",
        MethodTypeDesc.of(
            vector, SPECIES, isFloat ? ConstantDescs.CD_float : ConstantDescs.CD_int));
  }

  /** Leaves a BOOL on the stack, as a mask of lanes of a type. */
  private void mask(int id, Type lanes) {
    Instruction step = program.step(id);
    boolean isInts = lanes == Type.I32;
    if (step.op() == Op.INPUT) {
      species(isInts ? "INTS" : "FLOATS").lload(bits.get((int) step.number()));
      out.invokestatic(MASK, "fromLong", fromLong());
      return;
    }
    out.aload(slots.get(id));
    if ((maskType(step) == Type.I32) != isInts) {
      species(isInts ? "INTS" : "FLOATS");
      out.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
    }
  }

  /** Of which lanes the mask of a step is. */
  private Type maskType(Instruction step) {
    return switch (step.op()) {
      case LT, GT, GE, EQ -> operandType(step) == Type.I32 ? Type.I32 : Type.F32;
      case AND ->
          folded.contains(step.operand(1)) ? maskType(program.step(step.operand(1))) : Type.F32;
      default -> Type.F32;
    };
  }

  private Type operandType(Instruction step) {
    return program.step(step.operand(0)).type();
  }

  private static boolean isComparison(Op op) {
    return op == Op.LT || op == Op.GT || op == Op.GE || op == Op.EQ;
  }

  private static ClassDesc vectorOf(Type type) {
    return type == Type.I32 ? INTS : FLOATS;
  }

  private int store(TypeKind kind) {
    int slot = out.allocateLocal(kind);
    out.storeLocal(kind, slot);
    return slot;
  }

  private CodeBuilder species(String name) {
    return out.getstatic(LANES, name, SPECIES);
  }

  private CodeBuilder order() {
    return out.getstatic(LANES, "ORDER", ORDER);
  }

  /** The element's place in bytes: shifted left, or right if negative. */
  private void address(int shift) {
    out.lload(element).loadConstant(Math.abs(shift));
    if (shift < 0) {
      out.lshr();
    } else {
      out.lshl();
    }
  }

  private void operator(String name, String kind) {
    out.getstatic(OPERATORS, name, vector("VectorOperators$" + kind));
  }

  private static MethodTypeDesc fromSegment(ClassDesc type) {
    return MethodTypeDesc.of(type, SPECIES, SEGMENT, ConstantDescs.CD_long, ORDER);
  }

  private void convert(String conversion, ClassDesc from, String species, ClassDesc to) {
    operator(conversion, "Conversion");
    species(species).iconst_0();
    out.invokevirtual(
        from,
        "convertShape",
        MethodTypeDesc.of(
            VECTOR, vector("VectorOperators$Conversion"), SPECIES, ConstantDescs.CD_int));
    out.checkcast(to);
  }
}
